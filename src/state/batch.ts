import { createStore } from 'zustand/vanilla';
import { imagesAtOnce } from '../../engine/decode-request.ts';
import type { Manifest } from '../../engine/manifest.ts';

export const MOST = 9;

/** Pictures that the pack's graphs make at once. */
export const atOnce = (manifest: Manifest | null): number => (manifest ? imagesAtOnce(manifest) : 1);

/** How many pictures Generate makes: the seed, the next seed and so on. */
export function createBatch() {
  const store = createStore<{ count: number }>(() => ({ count: 1 }));
  return {
    ...store,
    setCount(count: number): void {
      store.setState({ count: Math.min(MOST, Math.max(1, Math.round(count) || 1)) });
    },
  };
}
