import { t } from '../text/t.ts';
import { integer } from './format.ts';

/** Whole numbers of things, in words that fit one as well as many: "1 token", "256 tokens". */
export const tokens = (n: number): string => (n === 1 ? t('1 token') : t('{n} tokens', { n: integer(n) }));
export const steps = (n: number): string => (n === 1 ? t('1 step') : t('{n} steps', { n: integer(n) }));
export const patchSteps = (n: number): string => (n === 1 ? t('1 patch-transformer step') : t('{n} patch-transformer steps', { n: integer(n) }));
export const patches = (n: number): string => (n === 1 ? t('1 patch') : t('{n} patches', { n: integer(n) }));
export const boundaries = (n: number): string => (n === 1 ? t('1 boundary') : t('{n} boundaries', { n: integer(n) }));
export const files = (n: number): string => (n === 1 ? t('1 file') : t('{n} files', { n: integer(n) }));
