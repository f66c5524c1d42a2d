/** Row and column of a cell as a person reads them: from 1. */
export const rowAndColumn = (at: number, width: number): { row: number; column: number } => ({ row: Math.floor(at / width) + 1, column: (at % width) + 1 });

/** The cell in question: the one pointed at, else the one pinned, else the last one shown; null when nothing is shown yet. */
export function lookedAt(count: number, playback: { cursor: number; pick: number | null; pin: number | null }): number | null {
  const { cursor, pick, pin } = playback;
  if (pick !== null && pick < cursor) return pick;
  if (pin !== null && pin < cursor) return pin;
  const last = Math.min(cursor, count) - 1;
  return last >= 0 ? last : null;
}
