import { expect, it, vi } from 'vitest';
import { scrubber } from './scrub.ts';

/** A pointer that comes down at 100, 100 and takes these steps; where it sought, and where it hovered. */
function moves(pointerType: 'mouse' | 'touch' | 'pen', ...steps: [type: string, x: number, y: number][]) {
  const held = new Set<number>();
  const currentTarget = { setPointerCapture: (id: number) => held.add(id), hasPointerCapture: (id: number) => held.has(id) } as unknown as HTMLElement;
  const [seek, hover] = [vi.fn(), vi.fn()];
  const { onPointerMove } = scrubber(seek, hover);
  for (const [type, clientX, clientY] of steps) onPointerMove({ type, pointerType, pointerId: 1, clientX, clientY, currentTarget });
  const at = (calls: typeof seek.mock.calls) => calls.map(([{ clientX }]) => clientX as number);
  return { sought: at(seek.mock.calls), hovered: at(hover.mock.calls) };
}

it('a mouse seeks as soon as it is pressed, and while it is', () => {
  expect(moves('mouse', ['pointermove', 90, 100], ['pointerdown', 100, 100], ['pointermove', 101, 140], ['pointerup', 101, 140])).toEqual({ sought: [100, 101], hovered: [90] });
});

it.each(['touch', 'pen'] as const)('a %s that scrolls the page seeks nothing', (kind) => {
  expect(moves(kind, ['pointerdown', 100, 100], ['pointermove', 105, 112], ['pointercancel', 0, 0]).sought).toEqual([]);
  expect(moves(kind, ['pointerdown', 100, 100], ['pointercancel', 0, 0], ['pointerup', 100, 100]).sought).toEqual([]);
});

it.each(['touch', 'pen'] as const)('a %s seeks with a tap, and while it drags sideways', (kind) => {
  expect(moves(kind, ['pointerdown', 100, 100], ['pointermove', 102, 101], ['pointerup', 102, 101]).sought).toEqual([102]);
  expect(moves(kind, ['pointerdown', 100, 100], ['pointermove', 112, 104], ['pointermove', 120, 150], ['pointerup', 120, 150]).sought).toEqual([112, 120]);
});
