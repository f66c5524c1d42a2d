/**
 * y at `x` on the line through `points`, which go by x. Outside of them: that of the nearest end where it is `held`, else null. Null
 * without points.
 */
export function interpolate(points: readonly (readonly [x: number, y: number])[], x: number, outside: 'held' | 'none'): number | null {
  const after = points.findIndex(([at]) => at >= x);
  const [left, right] = [points[after - 1], points[after]];
  if (right?.[0] === x) return right[1];
  if (!left || !right) return outside === 'held' ? ((right ?? points.at(-1))?.[1] ?? null) : null;
  return left[1] + ((right[1] - left[1]) * (x - left[0])) / (right[0] - left[0]);
}
