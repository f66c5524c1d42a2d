import { grouped } from '../../engine/phrase.ts';
import { decimal, t } from '../text/t.ts';

/** Numbers as people read them. Thin spaces group thousands; a minus is a minus. */
const THIN = '\u2009';

export const integer = (value: number) => grouped(Math.round(value));
/** So many digits after the decimal sign of the language; a dash where there is no number. */
export const fixed = (value: number | null | undefined, digits: number) => (value == null ? '–' : decimal(value.toFixed(digits)));
export const nats = (value: number | null) => (value === null ? t('n/a') : `${fixed(value, 2)} ${t('nats')}`);
export const percent = (share: number, digits = 0) => `${fixed(share * 100, digits)}${THIN}%`;

/** Probability: more digits where it is small, never "0 %" for something possible. */
export function probability(p: number): string {
  if (p > 0 && p < 0.0001) return `< ${fixed(0.01, 2)}${THIN}%`;
  return percent(p, p < 0.01 ? 2 : 1);
}

/** Bytes in MB (10^6), as download sizes are usually given. */
export function megabytes(bytes: number): string {
  const mb = bytes / 1e6;
  return `${fixed(mb, mb < 10 ? 1 : 0)} MB`;
}

/** Parameters of a model: 11.2 M. */
export function parameters(count: number): string {
  if (count >= 1e9) return `${fixed(count / 1e9, 1)} B`;
  return count >= 1e6 ? `${fixed(count / 1e6, count >= 1e8 ? 0 : 1)} M` : `${Math.round(count / 1e3)} k`;
}

/** Multiply-accumulates: 2.61 G. */
export function operations(count: number): string {
  if (count >= 1e12) return `${fixed(count / 1e12, 2)} T`;
  if (count >= 1e9) return `${fixed(count / 1e9, 2)} G`;
  return count >= 1e6 ? `${fixed(count / 1e6, 1)} M` : integer(count);
}

/** Milliseconds as seconds: 2.31 s. */
export const seconds = (ms: number) => `${fixed(ms / 1000, ms < 10_000 ? 2 : 1)} s`;
export const milliseconds = (ms: number) => `${fixed(ms, ms < 10 ? 2 : 1)} ms`;
