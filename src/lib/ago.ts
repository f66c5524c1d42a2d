import { locale, t } from '../text/t.ts';
import { dateText } from './dateText.ts';

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [['minute', 60], ['hour', 3600], ['day', 86_400]];

/** "3 minutes ago"; the date when it is more than a week ago. `when` and `now`: milliseconds since 1970. */
export function ago(when: number, now: number): string {
  const seconds = (now - when) / 1000;
  // Or below 0, where the clock was set back.
  if (seconds < 60) return t('just now');
  if (seconds > 7 * 86_400) return dateText(when, 'medium');
  const [unit, size] = UNITS.findLast(([, length]) => seconds >= length)!;
  return new Intl.RelativeTimeFormat(locale(), { style: 'short' }).format(-Math.floor(seconds / size), unit);
}
