import { createStore } from 'zustand/vanilla';
import type { LoadProgress, LoadReport } from '../../workers/messages.ts';
import type { Manifest } from '../../engine/manifest.ts';
import type { Problem } from './problem.ts';

export type BackendChoice = 'auto' | 'webgpu' | 'wasm';

export interface PackState {
  name: string;
  manifestUrl: string;
  manifest: Manifest | null;
  hash: string | null;
  /** asking: metered connection, waiting for a word; the rest as named. */
  model: 'idle' | 'asking' | 'loading' | 'ready' | 'failed';
  choice: BackendChoice;
  /** Weights asked for; null: the pack's own choice. */
  variant: string | null;
  progress: LoadProgress | null;
  report: LoadReport | null;
  problem: Problem | null;
}

/** The weights in use or about to be: those asked for, else those loaded, else the pack's own choice. */
export const variantInUse = ({ variant, report }: Pick<PackState, 'variant' | 'report'>, { defaultVariant }: Manifest): string => variant ?? report?.variant ?? defaultVariant.wasm;

/** Which pack is open and how far its model has come. */
export function createPack() {
  return createStore<PackState>(() => ({
    name: '', manifestUrl: '', manifest: null, hash: null, model: 'idle', choice: 'auto', variant: null, progress: null, report: null, problem: null,
  }));
}
export type PackStore = ReturnType<typeof createPack>;
