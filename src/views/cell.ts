/** The cell in question: the one pointed at, else the last one shown; null when nothing is shown yet. */
export function lookedAt(count: number, playback: { cursor: number; pick: number | null }): number | null {
  const { cursor, pick } = playback;
  if (pick !== null && pick < cursor) return pick;
  const last = Math.min(cursor, count) - 1;
  return last >= 0 ? last : null;
}
