import { expect, it, vi } from 'vitest';
import type { History } from './history.ts';
import { openEntry } from './openEntry.ts';

const paintedFrom = vi.hoisted(() => vi.fn());
vi.mock('../share/raster.ts', () => ({ paintedFrom }));

const run = { events: [{}, {}] };
const picture = new Uint8Array([1]);
const history = { read: async () => run, getState: () => ({ entries: [{ id: 'a', picture }] }) } as unknown as History;

it('opens a run with its picture, and without one that is damaged', async () => {
  paintedFrom.mockResolvedValueOnce('painted');
  expect(await openEntry(history, 'a')).toEqual({ run, picture: 'painted' });
  expect(paintedFrom).toHaveBeenCalledWith(picture, 2);
  paintedFrom.mockRejectedValueOnce(new DOMException('The source image could not be decoded.', 'InvalidStateError'));
  expect(await openEntry(history, 'a')).toEqual({ run, picture: null });
});
