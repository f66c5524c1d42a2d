import { t } from '../../text/t.ts';
import { Icon } from '../../ui/Icon.tsx';
import { selectOnEntry } from '../../ui/selectOnEntry.ts';
import { useSettings, useStudio } from '../context.ts';
import { BadValue } from './BadValue.tsx';

/** Same seed, same pack, same settings: same picture. */
export function SeedField() {
  const { settings } = useStudio();
  const text = useSettings((state) => state.seedText);
  const seed = useSettings((state) => state.seed);
  const error = useSettings((state) => state.errors.seed);
  return (
    <div className="seed">
      <label className="heading" htmlFor="seed">{t('Next seed')}</label>
      <input
        id="seed" className="field" inputMode="numeric" autoComplete="off" spellCheck={false} value={text}
        aria-invalid={error !== undefined} aria-describedby={error ? 'seed-error' : undefined}
        {...selectOnEntry}
        onChange={(event) => settings.setSeed(event.target.value)}
      />
      <button type="button" className="button icon" aria-label={t('New seed')} title={t('New seed')} onClick={() => settings.rollSeed()}><Icon name="dice" /></button>
      {error && <BadValue id="seed-error" problem={error} back={String(seed)} onUndo={() => settings.undo('seed')} />}
    </div>
  );
}
