import { describe, expect, it } from 'vitest';
import type { PatchView } from '../../../engine/view.ts';
import { boundaryPath, decodedClip, edgePath, outlinePath, restPath, singleCells } from './boundaries.ts';

const patch = (...cells: PatchView['cells']) => ({ cells }) as PatchView;

describe('boundaries', () => {
  it('draws each edge between two patches once, and none around the grid', () => {
    const row0 = [patch({ row: 0, start: 0, end: 0 }), patch({ row: 0, start: 1, end: 3 })];
    expect(boundaryPath(row0, 4)).toBe('M1 0v1');
    expect(boundaryPath([...row0, patch({ row: 1, start: 0, end: 3 })], 4)).toBe('M1 0v1M0 1h4');
    expect(boundaryPath([...row0, patch({ row: 1, start: 0, end: 1 })], 4)).toBe('M1 0v1M0 1h2');
  });

  it('draws nothing inside a patch that goes on in the next rows', () => {
    expect(boundaryPath([patch({ row: 0, start: 0, end: 2 }), patch({ row: 0, start: 3, end: 3 }, { row: 1, start: 0, end: 3 })], 4)).toBe('M3 0v1M0 1h3');
    expect(boundaryPath([], 4)).toBe('');
  });

  it('draws a plain grid of single cells', () => {
    expect(boundaryPath(singleCells(6, 4), 4)).toBe('M1 0v1M2 0v1M3 0v1M1 1v1M0 1h2');
  });

  it('goes around one patch, row by row', () => {
    expect(outlinePath(patch({ row: 0, start: 14, end: 15 }, { row: 1, start: 0, end: 0 }))).toBe('M14 0h2v1h-2zM0 1h1v1h-1z');
    expect(outlinePath(patch({ row: 0, start: 2, end: 3 }), 0.25)).toBe('M2.25 0.25h1.5v0.5h-1.5z');
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
