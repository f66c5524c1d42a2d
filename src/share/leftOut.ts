import { t } from '../text/t.ts';
import { useEdit, useWhatIf } from '../views/context.ts';

/** What is on the screen and in nothing that leaves the page: files, link, film and code hold the run as it was decoded. Null where the screen shows just that. */
export function leftOut({ edit, rules }: { edit: boolean; rules: boolean }): string | null {
  if (edit && rules) return t('The run is saved and shared as it was decoded, without the edit and the other rules.');
  if (edit) return t('The run is saved and shared as it was decoded, without the edit.');
  return rules ? t('The run is saved and shared as it was decoded, without the other rules.') : null;
}

/** The same of the run in view. */
export const useLeftOut = (): string | null => leftOut({ edit: useEdit(({ draft }) => draft !== null), rules: useWhatIf(({ rules }) => rules !== null) });
