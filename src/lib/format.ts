import { grouped, inMegabytes } from '../../engine/phrase.ts';
import { decimal, t } from '../text/t.ts';

/** Numbers as people read them. Thin spaces group thousands; a minus is a minus; no line ends between a number and its unit. */
const THIN = '\u202f';
const SPACE = '\u00a0';

export const integer = (value: number) => grouped(Math.round(value));
/** So many digits after the decimal sign of the language; a dash where there is no number. */
export const fixed = (value: number | null | undefined, digits: number) => (value == null ? '–' : decimal(value.toFixed(digits)));
export const nats = (value: number | null) => (value === null ? t('n/a') : `${fixed(value, 2)}${SPACE}${t('nats')}`);
export const percent = (share: number, digits = 0) => `${fixed(share * 100, digits)}${THIN}%`;

/** Probability: more digits where it is small, never "0 %" for something possible. */
export function probability(p: number): string {
  if (p > 0 && p < 0.0001) return `< ${fixed(0.01, 2)}${THIN}%`;
  return percent(p, p < 0.01 ? 2 : 1);
}

/** Bytes in MB (10^6), rounded as in messages. */
export function megabytes(bytes: number): string {
  const { number, digits } = inMegabytes(bytes);
  return `${fixed(number, digits)}${SPACE}MB`;
}

/** Parameters of a model: 11.2 M. */
export function parameters(count: number): string {
  if (count >= 1e9) return `${fixed(count / 1e9, 1)}${SPACE}B`;
  return count >= 1e6 ? `${fixed(count / 1e6, count >= 1e8 ? 0 : 1)}${SPACE}M` : `${Math.round(count / 1e3)}${SPACE}k`;
}

/** Multiply-accumulates: 2.61 G. */
export function operations(count: number): string {
  if (count >= 1e12) return `${fixed(count / 1e12, 2)}${SPACE}T`;
  if (count >= 1e9) return `${fixed(count / 1e9, 2)}${SPACE}G`;
  return count >= 1e6 ? `${fixed(count / 1e6, 1)}${SPACE}M` : integer(count);
}

/** Milliseconds as seconds: 2.31 s. */
export const seconds = (ms: number) => `${fixed(ms / 1000, ms < 10_000 ? 2 : 1)}${SPACE}s`;
/** From a second on in seconds, as everywhere else. */
export const milliseconds = (ms: number) => (ms < 1000 ? `${fixed(ms, ms < 10 ? 2 : 1)}${SPACE}ms` : seconds(ms));
