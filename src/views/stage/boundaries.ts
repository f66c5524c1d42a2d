import type { PatchView } from '../../../engine/view.ts';

const round = (value: number) => Math.round(value * 1000) / 1000;

/** SVG path, in cells, of the edges between patches on a grid of `width` columns; each edge once, none around the grid. */
export function boundaryPath(patches: readonly Pick<PatchView, 'cells'>[], width: number): string {
  const owner: number[] = [];
  patches.forEach(({ cells }, patch) => {
    for (const { row, start, end } of cells) for (let column = start; column <= end; column++) owner[row * width + column] = patch;
  });
  const path: string[] = [];
  let from: number | null = null;
  owner.forEach((patch, cell) => {
    const [row, column] = [Math.floor(cell / width), cell % width];
    if (column > 0 && patch !== owner[cell - 1]) path.push(`M${column} ${row}v1`);
    // One line for neighbouring cells that another patch lies above.
    const above = (at: number) => at < owner.length && at >= width && owner[at] !== owner[at - width];
    if (above(cell)) from ??= column;
    if (from === null || (column + 1 < width && above(cell + 1))) return;
    path.push(`M${from} ${row}h${column + 1 - from}`);
    from = null;
  });
  return path.join('');
}

/** The first `count` cells of a grid of `width` columns, each by itself: `boundaryPath` draws a plain grid of them. */
export const singleCells = (count: number, width: number): Pick<PatchView, 'cells'>[] =>
  Array.from({ length: count }, (_, i) => ({ cells: [{ row: Math.floor(i / width), start: i % width, end: i % width }] }));

/** SVG path, in cells, around one patch, so far inside it; a patch that goes on in another row has a part in each. */
export const outlinePath = ({ cells }: Pick<PatchView, 'cells'>, inset = 0): string =>
  cells.map(({ row, start, end }) => `M${start + inset} ${row + inset}h${end + 1 - start - 2 * inset}v${1 - 2 * inset}h${start - end - 1 + 2 * inset}z`).join('');

/** CSS polygon of the first `cells` cells of a W x W grid: the decoded part of the picture. */
export function decodedClip(cells: number, width: number): string {
  const row = Math.floor(cells / width);
  const column = cells % width;
  const share = (n: number) => `${round((100 * n) / width)}%`;
  if (column === 0) return `polygon(0 0, 100% 0, 100% ${share(row)}, 0 ${share(row)})`;
  const points = [`0 0`, `100% 0`, `100% ${share(row)}`, `${share(column)} ${share(row)}`, `${share(column)} ${share(row + 1)}`, `0 ${share(row + 1)}`];
  return `polygon(${points.join(', ')})`;
}

/** SVG path, in cells, of the cells [from, to) of a W x W grid in raster order. */
export function restPath(from: number, to: number, width: number): string {
  const rows: string[] = [];
  for (let at = from; at < to;) {
    const row = Math.floor(at / width);
    const end = Math.min(to, (row + 1) * width);
    rows.push(`M${at % width} ${row}h${end - at}v1h${at - end}z`);
    at = end;
  }
  return rows.join('');
}

interface Opening {
  opens: readonly unknown[];
}

/** SVG path, in cells, of the left edges where `one` opens a patch and `other` does not. */
export function edgePath(one: readonly Opening[], other: readonly Opening[], cursor: number, width: number): string {
  const edges = one.slice(0, cursor).map((event, i) => (event.opens.length > 0 && other[i]?.opens.length === 0 ? `M${i % width} ${Math.floor(i / width)}v1` : ''));
  return edges.join('');
}
