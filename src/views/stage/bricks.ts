import type { PatchView } from '../../../engine/view.ts';

const INSET = 0.05;
const RADIUS = 0.16;

/** One brick: cells [start, end] of one row; a side is open where the patch goes on in another row. */
function brick(row: number, start: number, end: number, openLeft: boolean, openRight: boolean): string {
  const left = start + (openLeft ? 0 : INSET);
  const right = end + 1 - (openRight ? 0 : INSET);
  const top = row + INSET;
  const bottom = row + 1 - INSET;
  const arc = (x: number, y: number) => `A${RADIUS} ${RADIUS} 0 0 1 ${round(x)} ${round(y)}`;
  const l = openLeft ? 0 : RADIUS;
  const r = openRight ? 0 : RADIUS;
  const path = [`M${round(left + l)} ${round(top)}H${round(right - r)}`];
  path.push(openRight ? `M${round(right)} ${round(bottom)}` : `${arc(right, top + r)}V${round(bottom - r)}${arc(right - r, bottom)}`);
  path.push(`H${round(left + l)}`);
  if (!openLeft) path.push(`${arc(left, bottom - l)}V${round(top + l)}${arc(left + l, top)}`);
  return path.join('');
}

const round = (value: number) => Math.round(value * 1000) / 1000;

/** SVG path, in cells, of patches; one that goes on in another row becomes open bricks. */
export function brickPath(patches: readonly PatchView[]): string {
  return patches
    .flatMap(({ cells }) => cells.map((part, i) => brick(part.row, part.start, part.end, i > 0, i < cells.length - 1)))
    .join('');
}

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
