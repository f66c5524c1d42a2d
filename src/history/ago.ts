const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [['minute', 60], ['hour', 3600], ['day', 86_400]];

/** "3 minutes ago"; the date when it is more than a week ago. `when` and `now`: milliseconds since 1970. */
export function ago(when: number, now: number): string {
  const seconds = Math.max(0, (now - when) / 1000);
  if (seconds < 60) return 'just now';
  if (seconds > 7 * 86_400) return new Date(when).toLocaleDateString();
  const [unit, size] = UNITS.findLast(([, length]) => seconds >= length)!;
  return new Intl.RelativeTimeFormat('en', { style: 'short' }).format(-Math.floor(seconds / size), unit);
}
