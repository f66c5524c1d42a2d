import { locale } from '../text/t.ts';

/** A date in the language of the page, not of the browser; in English with the day first, its month in letters. */
export const dateText = (when: number | Date, dateStyle: 'medium' | 'long'): string =>
  new Date(when).toLocaleDateString(locale() === 'en' ? 'en-GB' : locale(), { dateStyle });
