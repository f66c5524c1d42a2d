import { Popover } from 'radix-ui';
import { imageSeed } from '../../../engine/philox.ts';
import { tokens } from '../../lib/counts.ts';
import { named, t } from '../../text/t.ts';
import { handFocus, useHandFocus } from '../../ui/handFocus.ts';
import { CodeTile } from '../figures/CodeTile.tsx';
import { lookedAt } from '../cell.ts';
import { useEdit, usePack, usePlayback, useRun, useRunView, useSettings, useStudio } from '../context.ts';
import { continuationOf, type ContinuationChoice } from './continuation.ts';
import { editText } from './editText.ts';
import { Palette } from './Palette.tsx';
import { useEyedropper } from './useEyedropper.ts';

interface Props {
  choice: ContinuationChoice | null;
  onChoose: (choice: ContinuationChoice) => void;
}

/** Change tokens, erase the end, and let the model go on from there. */
export function EditPanel({ choice, onChoose }: Props) {
  useEyedropper();
  const { edit, shown, playback } = useRunView();
  const finished = useRun((state) => state.phase !== 'running' && state.count > 0);
  const brush = useEdit((state) => state.brush);
  const draft = useEdit((state) => state.draft);
  const undoable = useEdit((state) => state.past.length > 0);
  const redoable = useEdit((state) => state.future.length > 0);
  const pin = usePlayback((state) => state.pin);
  usePlayback((state) => state.cursor);
  const panel = useHandFocus<HTMLElement>('.strip-plot', 'main');
  if (!finished) return null;
  const cell = pin ?? lookedAt(shown().events.length, { ...playback.getState(), pick: null });
  return (
    <section ref={panel} className="edit" aria-label={t('Edit and continue')}>
      <h2 className="heading">{t('Edit and continue')}</h2>
      <div className="edit-row">
        <Popover.Root>
          <Popover.Trigger className="button">{brush === null ? t('Paint with a code…') : <><CodeTile token={brush} />{t('Painting {brush}', { brush })}</>}</Popover.Trigger>
          <Popover.Portal>
            <Popover.Content className="popover palette-popover" align="start" side="right" sideOffset={8} collisionPadding={12} aria-label={t('Codebook')}>
              <Palette chosen={brush} onChoose={edit.setBrush} />
            </Popover.Content>
          </Popover.Portal>
        </Popover.Root>
        <button type="button" className="button quiet small" disabled={cell === null} title={t('Paint with the code of this cell (I)')} aria-keyshortcuts="i" onClick={() => cell !== null && edit.setBrush(shown().events[cell]?.token ?? null)}>{t('Copy this cell’s code')}</button>
        {brush !== null && <button type="button" className="button quiet small" onClick={(event) => { handFocus(event, '.button', '.edit'); edit.setBrush(null); }}>{t('Stop painting')}</button>}
      </div>
      <button type="button" className="button" disabled={cell === null} onClick={() => cell !== null && edit.eraseFrom(cell)}>
        {cell === null ? t('Erase from a cell onward') : t('Erase from this cell onward')}
      </button>
      <div className="edit-row">
        <button type="button" className="button" aria-disabled={!undoable} onClick={edit.undo}>{t('Undo')}</button>
        <button type="button" className="button" aria-disabled={!redoable} onClick={edit.redo}>{t('Redo')}</button>
        <button type="button" className="button" aria-disabled={!draft} onClick={() => draft && edit.discard()}>{t('Discard')}</button>
      </div>
      <p className="hint" role="status">
        {draft ? editText(edit.changed().length, draft.keep) : pin === null ? t('Pin a cell, then choose one of its alternatives, or paint.') : t('Choose one of the alternatives of the pinned cell, or paint.')}
      </p>
      <ContinueForm choice={choice} onChoose={onChoose} />
    </section>
  );
}

function ContinueForm({ choice, onChoose }: Props) {
  const { edit } = useRunView();
  const { continueFrom } = useStudio();
  const manifest = usePack((state) => state.manifest);
  const header = useRun((state) => state.header);
  const id = useRun((state) => state.id);
  const draft = useEdit((state) => state.draft);
  const pin = usePlayback((state) => state.pin);
  const ready = usePack((state) => state.model === 'ready');
  const fallback = useSettings((state) => state.class);
  if (!manifest || !header) return null;
  const { class: index, seed, again } = continuationOf({ id, header }, choice, manifest.classes.length, fallback);
  const given = draft ? edit.given() : edit.given().slice(0, (pin ?? -1) + 1);
  const left = manifest.grid.tokens - given.length;
  return (
    <div className="continue">
      <label className="field-row">
        <span>{t('As class')}</span>
        <select className="field" value={index} onChange={(event) => onChoose({ of: id, class: Number(event.target.value), again })}>
          {manifest.classes.map((entry, i) => <option key={entry.id} value={i}>{named(entry.label)}</option>)}
        </select>
      </label>
      <label className="field-row">
        <span>{t('Seed')}</span>
        <select className="field" value={again} onChange={(event) => onChoose({ of: id, class: index, again: Number(event.target.value) })}>
          <option value={0}>{t('{seed}, this run’s', { seed: header.seed })}</option>
          {[1, 2, 3].map((by) => <option key={by} value={by}>{imageSeed(header.seed, by)}</option>)}
        </select>
      </label>
      <button type="button" className="button primary" disabled={given.length === 0 || left === 0} onClick={() => void continueFrom(given, index, seed)}>
        {t('Continue from here')}
      </button>
      <p className="hint">{given.length === 0 ? t('Pin a cell to continue from it, or edit one.') : left === 0 ? t('All tokens are kept: erase some for the model to sample.') : ready ? t('{left} to sample.', { left: tokens(left) }) : t('{left} to sample; starts when the model is loaded.', { left: tokens(left) })}</p>
    </div>
  );
}
