/** Rows of results as text, for the screen and for docs/performance.md. */
import type { Summary } from '../../engine/statistics.ts';

export type Cell = string | number | null | Summary;
/** Column headings, with units, to values. */
export type Row = Record<string, Cell>;

/** Three significant digits, whole numbers from 100 on; small shares keep three digits too. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

/** A summary shows its median and, with two repeats or more, its quartiles. */
export function cellText(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '-';
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number') return digits(cell);
  return cell.n > 1 ? `${digits(cell.median)} (${digits(cell.q1)} to ${digits(cell.q3)})` : digits(cell.median);
}

const columnsOf = (rows: readonly Row[]): string[] => [...new Set(rows.flatMap((row) => Object.keys(row)))];

export function textTable(rows: readonly Row[]): string {
  const columns = columnsOf(rows);
  const lines = [columns, ...rows.map((row) => columns.map((column) => cellText(row[column])))];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines.map((line) => line.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join('  ')).join('\n');
}

const escape = (text: string): string => text.replaceAll('|', '\\|');

export function markdownTable(rows: readonly Row[]): string {
  const columns = columnsOf(rows);
  const line = (cells: readonly string[]) => `| ${cells.map(escape).join(' | ')} |`;
  return [line(columns), `|${columns.map((_, i) => (i === 0 ? '---' : '---:')).join('|')}|`, ...rows.map((row) => line(columns.map((column) => cellText(row[column]))))].join('\n');
}
