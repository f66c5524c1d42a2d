import { named, t } from '../../text/t.ts';
import { useHandFocus } from '../../ui/handFocus.ts';
import { useEdit, usePack, useRun, useRunView, useSettings, useStudio } from '../context.ts';
import { continuationOf, type ContinuationChoice } from './continuation.ts';
import { editText } from './editText.ts';

/** While an edit waits it stays in sight on the stage: what changed, and the ways on and back. */
export function EditBar({ choice }: { choice: ContinuationChoice | null }) {
  const { edit } = useRunView();
  const { continueFrom } = useStudio();
  const manifest = usePack((state) => state.manifest);
  const header = useRun((state) => state.header);
  const id = useRun((state) => state.id);
  const draft = useEdit((state) => state.draft);
  const undoable = useEdit((state) => state.past.length > 0);
  const fallback = useSettings((state) => state.class);
  // It goes with the last edit undone, and with the run that goes on.
  const bar = useHandFocus<HTMLDivElement>('.strip-plot', '.centre');
  if (!draft || !header || !manifest) return null;
  const given = edit.given();
  const { class: index, seed, again } = continuationOf({ id, header }, choice, manifest.classes.length, fallback);
  const label = named(manifest.classes[index]!.label);
  return (
    <div ref={bar} className="edit-bar" role="group" aria-label={t('An edit waits')}>
      <p>{editText(edit.changed().length, draft.keep)}</p>
      <button type="button" className="button strong" disabled={given.length === 0 || given.length === manifest.grid.tokens} onClick={() => void continueFrom(given, index, seed)}>
        {again > 0 ? t('Continue as {label}, seed {seed}', { label, seed }) : t('Continue as {label}', { label })}
      </button>
      <button type="button" className="button" aria-disabled={!undoable} onClick={edit.undo}>{t('Undo')}</button>
    </div>
  );
}
