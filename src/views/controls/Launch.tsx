import clsx from 'clsx';
import type { MouseEvent } from 'react';
import { useStore } from 'zustand';
import { MOST } from '../../state/batch.ts';
import type { SettingsState } from '../../state/settings.ts';
import { symbols } from '../../text/rich.tsx';
import { named, translated, t } from '../../text/t.ts';
import { handFocus } from '../../ui/handFocus.ts';
import { Icon } from '../../ui/Icon.tsx';
import { useBatch, useMaking, usePack, useSettings, useStudio } from '../context.ts';
import { useDownloadHint } from '../useDownloadHint.ts';
import { ClassPicker } from './ClassPicker.tsx';
import { SeedField } from './SeedField.tsx';

/** Pick a class, press Generate. */
export function Launch() {
  return (
    <section className="launch" aria-label={t('Generate')}>
      <div className="launch-head">
        <h2 className="heading">{t('Class')}</h2>
        <SurpriseButton />
      </div>
      <ClassPicker />
      <SeedField />
      <GenerateButton />
    </section>
  );
}

/** What stands in the way: in full beside its field, and here where it belongs to none. */
const blocked = ({ all, ...fields }: SettingsState['errors']) =>
  (Object.keys(fields).length > 0 ? t('Fix the highlighted value first.') : translated(all?.message));

/** The classes come into view, the chosen one among them where they are a row to swipe. */
function showClasses() {
  const classes = document.querySelector('.classes, .many-classes');
  classes?.scrollIntoView({ block: 'center' });
  classes?.querySelector('[data-state="checked"]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
}

/** On a phone the bar with the button stays on the screen: it names the class, and leads to the others. */
function BarClass() {
  const manifest = usePack((state) => state.manifest);
  const chosen = useSettings((state) => state.class);
  const label = manifest?.classes[chosen]?.label;
  if (label === undefined) return null;
  return <button type="button" className="button bar-class" onClick={showClasses}>{named(label)}</button>;
}

/** One button throughout, so that the focus stays on it: it generates, and stops what it began. */
function GenerateButton() {
  const studio = useStudio();
  const { session } = studio;
  const running = useMaking();
  const model = usePack((state) => state.model);
  const { queued } = useStore(session.queue);
  const ready = usePack((state) => state.manifest !== null);
  const errors = useSettings((state) => state.errors);
  const wrong = Object.values(errors)[0];
  /** The run of a link waits, and its model is downloaded only when a person says so. */
  const linked = queued && model === 'asking';
  const stops = !linked && (running || queued);
  const idle = !linked && !stops;
  const act = () => (linked ? session.load() : stops ? session.stop() : studio.generate(studio.batch.getState().count));
  const words = linked ? t('Generate the linked image') : running ? t('Stop') : queued ? t('Cancel') : t('Generate');
  return (
    <div className="launch-action">
      <BarClass />
      <div className="launch-row">
        <button
          type="button" className={clsx('button primary', { linked, stop: stops })} data-stop={stops || undefined} disabled={idle && (!ready || wrong !== undefined)}
          onKeyDown={(event) => event.repeat && event.key === 'Enter' && event.preventDefault()} onClick={() => void act()}
        >
          {stops && <Icon name="stop" size={18} />}{words}
        </button>
        {idle && <CountField />}
      </div>
      <p className={idle && wrong ? 'hint field-error' : 'hint'} aria-live={stops ? 'off' : undefined}>
        {stops ? (running ? <RunningHint /> : model === 'ready' ? t('Starts when the device is free') : t('Starts when the model is loaded')) : idle && wrong ? symbols(blocked(errors)) : <Hint model={model} />}
        {linked && <> <button type="button" className="button quiet small" onClick={(event) => { handFocus(event, '.primary', '.launch-action'); void session.stop(); }}>{t('Cancel')}</button></>}
      </p>
    </div>
  );
}

/** How many at once: the seed and those after it. */
function CountField() {
  const { batch } = useStudio();
  const count = useBatch((state) => state.count);
  return (
    <label className="count">
      <span className="visually-hidden">{t('Pictures')}</span>
      <select className="field" value={count} title={t('Number of pictures, with consecutive seeds')} onChange={(event) => batch.setCount(Number(event.target.value))}>
        {Array.from({ length: MOST }, (_, i) => <option key={i} value={i + 1}>×{'\u202f'}{i + 1}</option>)}
      </select>
    </label>
  );
}

/** Any class, any seed. */
function SurpriseButton() {
  const studio = useStudio();
  const classes = usePack((state) => state.manifest?.classes.length ?? 0);
  const running = useMaking();
  const surprise = (event: MouseEvent<HTMLElement>) => {
    // Off while the run grows, which would drop the focus.
    handFocus(event, '.primary', '.launch');
    studio.settings.setClass(Math.floor(Math.random() * classes));
    studio.settings.rollSeed();
    void studio.generate(studio.batch.getState().count);
  };
  return <button type="button" className="button quiet small" disabled={classes === 0 || running} onClick={surprise}>{t('Surprise me')}</button>;
}

function RunningHint() {
  const { jobs } = useStudio().session;
  const { list } = useStore(jobs);
  return <span className="keys-only">{t(list.length > 1 ? 'or press Esc to stop all' : 'or press Esc')}</span>;
}

function Hint({ model }: { model: 'idle' | 'asking' | 'loading' | 'ready' | 'failed' }) {
  const manifest = usePack((state) => state.manifest);
  const download = useDownloadHint();
  if (model === 'ready') return t('Nothing leaves this device.');
  if (model === 'loading') return t('Loading. Press now; it starts when ready.');
  if (model === 'failed') return t(manifest ? 'Loads the model again.' : 'There is no pack to generate with.');
  return download ?? t('Opening the pack.');
}
