import { t } from '../text/t.ts';
import { isMeasuredHere, type RunState } from './run.ts';

/** Where and how the times of a run were measured: in words for a table, and as a sentence. */
export function measuredOn(run: Pick<RunState, 'origin' | 'together' | 'takenUpOn'>, backend: string): { words: string; sentence: string } {
  const here = isMeasuredHere(run);
  const count = run.together;
  if (run.takenUpOn.length > 0) {
    return here ? { words: t('this device, interrupted'), sentence: t('Measured on this device. The run was interrupted, and continued where it was.') }
      : { words: t('recorded, interrupted'), sentence: t('Recorded where the run was generated. It was interrupted, and continued where it was.') };
  }
  if (count > 1) {
    return here ? { words: t('this device, {backend}, {count} at once', { backend, count }), sentence: t('Measured on this device, {backend}: the times are those of {count} images decoded at once.', { backend, count }) }
      : { words: t('recorded, {backend}, {count} at once', { backend, count }), sentence: t('Recorded where the run was generated, {backend}: the times are those of {count} images decoded at once.', { backend, count }) };
  }
  return here ? { words: t('this device, {backend}', { backend }), sentence: t('Measured on this device, {backend}.', { backend }) }
    : { words: t('recorded, {backend}', { backend }), sentence: t('Recorded where the run was generated, {backend}.', { backend }) };
}
