/** What a visit fetches, by kind. */
import type { Sent } from './server.ts';

/** In the order of the table; the first pattern that fits a path decides. */
export const kinds: readonly (readonly [string, RegExp])[] = [
  ['weights and graphs', /^\/models\/.*\.(bin(\.\d+)?|onnx)$/],
  ['other files of the pack', /^\/models\//],
  ['onnxruntime', /\.wasm(\.\d+)?$/],
  ['app', /./],
];

export function bytesByKind(sent: readonly Sent[]): Record<string, number> {
  const bytes: Record<string, number> = Object.fromEntries(kinds.map(([kind]) => [kind, 0]));
  for (const { path, bytes: size } of sent) {
    const [kind] = kinds.find(([, pattern]) => pattern.test(path))!;
    bytes[kind] = bytes[kind]! + size;
  }
  return bytes;
}
