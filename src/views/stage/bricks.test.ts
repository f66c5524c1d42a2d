import { describe, expect, it } from 'vitest';
import type { PatchView } from '../../../engine/view.ts';
import { brickPath, decodedClip } from './bricks.ts';

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
});
