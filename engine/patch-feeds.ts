/** What the patch transformer is fed with of the patches themselves: their lengths and their rotary angles. */
import { floatFeed, intFeed, type Feed } from './feed.ts';
import type { GraphRunner } from './graph-runner.ts';
import type { Span } from './patchify.ts';
import { classSlotAngles, dynamicRope } from './rope.ts';

export type PatchFeeds = { length: Feed<Int32Array> } & Record<'cos' | 'sin', Feed<Float32Array>>;

/** Of n patches in `groups` rows each, with as many angles. */
export const patchFeeds = (runner: GraphRunner, n: number, groups: number, angles: number): PatchFeeds => ({
  length: intFeed(runner, [n]), cos: floatFeed(runner, [groups * n, 1, angles]), sin: floatFeed(runner, [groups * n, 1, angles]),
});

/** Writes patch i, in all of its rows; null is the class slot. */
export function feedPatch({ length, cos, sin }: PatchFeeds, i: number, span: Span | null, width: number, headDim: number): void {
  const angles = span ? dynamicRope(span, width, headDim) : classSlotAngles(headDim);
  length.values[i] = span ? span.end - span.start + 1 : 0;
  const size = headDim / 2;
  for (let at = i * size; at < cos.values.length; at += length.values.length * size) {
    cos.values.set(angles.cos, at);
    sin.values.set(angles.sin, at);
  }
}
