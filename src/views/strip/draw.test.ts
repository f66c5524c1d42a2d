import { expect, test } from 'vitest';
import type { TokenEvent } from '../../../engine/log.ts';
import { drawStrip, type StripColours } from './draw.ts';
import { stripGeometry } from './geometry.ts';

const names = ['text', 'muted', 'line', 'accent', 'surprise', 'forced', 'joins', 'panel'] as const;
const colours = Object.fromEntries(names.map((name) => [name, name])) as unknown as StripColours;
const events = [['first'], [], ['entropy'], ['full']].map((opens, t) => ({ t, token: 0, entropy: t === 0 ? null : 2, opens, patch: t, pass: t >> 1 })) as unknown as TokenEvent[];

/** The colours of rectangles that a strip is drawn with, and how many lines it has. */
function drawn(patches: boolean, passes = true): { fills: Set<string>; lines: number; rects: number } {
  const found = { fills: new Set<string>(), lines: 0, rects: 0 };
  const ctx: Record<string, unknown> = { fillRect: () => { found.fills.add(ctx.fillStyle as string); found.rects++; }, lineTo: () => { found.lines++; } };
  for (const method of ['clearRect', 'beginPath', 'moveTo', 'stroke', 'fill', 'fillText', 'closePath', 'setLineDash']) ctx[method] = () => undefined;
  drawStrip(ctx as unknown as CanvasRenderingContext2D, stripGeometry(400, 100, 4, 6), { events, cursor: 4, gridWidth: 2, patches, passes, threshold: null, font: '' }, colours);
  return found;
}

test('bars say how tokens stand to their patches, which have brackets', () => {
  const { fills } = drawn(true);
  expect(['surprise', 'forced', 'joins'].every((kind) => fills.has(kind))).toBe(true);
});

test('without patches there are plain bars and no brackets', () => {
  const { fills, lines } = drawn(false);
  expect(['surprise', 'forced', 'joins'].some((kind) => fills.has(kind))).toBe(false);
  expect(lines).toBeLessThan(drawn(true).lines);
});

test('passes have a line over the bars where it is asked for', () => {
  expect(drawn(true).rects - drawn(true, false).rects, 'one piece a pass').toBe(2);
});
