/** Made by scripts/site/ort-wasm.ts. */
declare module 'virtual:ort-wasm' {
  import type { PackFile } from '../engine/manifest.ts';

  export const version: string;
  /** Parts of onnxruntime's WebAssembly, in order. */
  export const builds: Record<'wasm' | 'jspi' | 'asyncify', PackFile[]>;
  /** Address that the parts' paths are relative to. */
  export const base: string;
}
