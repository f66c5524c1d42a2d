/** Numbers as people read them. Thin spaces group thousands; a minus is a minus. */
const THIN = '\u2009';

export const integer = (value: number) => String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, THIN);
export const nats = (value: number | null) => (value === null ? 'n/a' : `${value.toFixed(2)} nats`);
export const percent = (share: number, digits = 0) => `${(share * 100).toFixed(digits)}${THIN}%`;

/** Probability: more digits where it is small, never "0 %" for something possible. */
export function probability(p: number): string {
  if (p > 0 && p < 0.0001) return `< 0.01${THIN}%`;
  return percent(p, p < 0.01 ? 2 : 1);
}

/** Bytes in MB (10^6), as download sizes are usually given. */
export function megabytes(bytes: number): string {
  const mb = bytes / 1e6;
  return `${mb < 10 ? mb.toFixed(1) : mb.toFixed(0)} MB`;
}

/** Parameters of a model: 11.2 M. */
export function parameters(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)} B`;
  return count >= 1e6 ? `${(count / 1e6).toFixed(count >= 1e8 ? 0 : 1)} M` : `${Math.round(count / 1e3)} k`;
}

/** Multiply-accumulates: 2.61 G. */
export function operations(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(2)} G`;
  return count >= 1e6 ? `${(count / 1e6).toFixed(1)} M` : integer(count);
}

export const milliseconds = (ms: number) => `${ms < 10 ? ms.toFixed(2) : ms.toFixed(1)} ms`;
