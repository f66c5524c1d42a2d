import { describe, expect, it } from 'vitest';
import type { PatchView } from '../../../engine/view.ts';
import { brickPath, decodedClip, edgePath, restPath } from './bricks.ts';

const patch = (...cells: PatchView['cells']) => ({ cells }) as PatchView;

describe('bricks', () => {
  it('draws one closed outline a patch', () => {
    const path = brickPath([patch({ row: 0, start: 0, end: 0 }), patch({ row: 0, start: 1, end: 3 })]);
    expect(path.match(/M/g)).toHaveLength(2);
    expect(path.match(/A/g)).toHaveLength(8);
  });

  it('leaves a patch open where it goes on in the next row', () => {
    const path = brickPath([patch({ row: 0, start: 14, end: 15 }, { row: 1, start: 0, end: 1 })]);
    expect(path.match(/A/g)).toHaveLength(4);
  });

  it('masks the picture to the decoded cells', () => {
    expect(decodedClip(32, 16)).toBe('polygon(0 0, 100% 0, 100% 12.5%, 0 12.5%)');
    expect(decodedClip(20, 16)).toBe('polygon(0 0, 100% 0, 100% 6.25%, 25% 6.25%, 25% 12.5%, 0 12.5%)');
  });

  it('covers the rest of the raster row by row', () => {
    expect(restPath(14, 20, 16)).toBe('M14 0h2v1h-2zM0 1h4v1h-4z');
    expect(restPath(16, 16, 16)).toBe('');
  });

  it('draws the edges that only one of two has', () => {
    const opens = (...starts: boolean[]) => starts.map((start) => ({ opens: start ? ['row'] : [] }));
    expect(edgePath(opens(true, true, false, true), opens(true, false, true, false), 3, 2)).toBe('M1 0v1');
    expect(edgePath(opens(true, false), opens(true, false), 2, 2)).toBe('');
  });
});
