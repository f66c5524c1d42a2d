import { grouped, inMegabytes } from '../../engine/phrase.ts';
import { decimal, t } from '../text/t.ts';

/** Numbers as people read them. Thin spaces group thousands; a minus is a minus; no line ends between a number and its unit. */
const THIN = '\u202f';
const SPACE = '\u00a0';

export const integer = (value: number) => grouped(Math.round(value));
/** So many digits after the decimal sign of the language; a dash where there is no number. */
export const fixed = (value: number | null | undefined, digits: number) => (value == null ? '–' : decimal(value.toFixed(digits)));
export const nats = (value: number | null) => (value === null ? t('n/a') : `${fixed(value, 2)}${SPACE}${t('nats')}`);
const ofHundred = (number: number, digits: number) => `${fixed(number, digits)}${THIN}%`;

/** Sums of shares come this close to 1 only. */
const ROUNDING = 1e-9;

/** A share; "100 %" is said of all only, and "0 %" of nothing only. */
export function percent(share: number, digits = 0): string {
  const rounded = Number((share * 100).toFixed(digits));
  const least = 10 ** -digits;
  if (share > 0 && rounded === 0) return `<${SPACE}${ofHundred(least, digits)}`;
  if (share < 1 - ROUNDING && rounded === 100) return `>${SPACE}${ofHundred(100 - least, digits)}`;
  return ofHundred(share * 100, digits);
}

/** How far something has come. */
export const percentDone = (share: number) => ofHundred(share * 100, 0);

/** Probability: more digits where it is small. */
export const probability = (p: number) => percent(p, p < 0.01 ? 2 : 1);
/** Probability of what has this log-probability. */
export const chance = (logprob: number | null) => (logprob === null ? t('n/a') : probability(Math.exp(logprob)));

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
/** Three digits; from a second on in seconds, as everywhere else. */
export const milliseconds = (ms: number) => (ms < 999.5 ? `${fixed(ms, ms < 9.995 ? 2 : ms < 99.95 ? 1 : 0)}${SPACE}ms` : seconds(ms));
