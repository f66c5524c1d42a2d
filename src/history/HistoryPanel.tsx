import { say, together, type Phrase } from '../../engine/phrase.ts';
import { titleOf } from '../state/runRequest.ts';
import { Dialog } from 'radix-ui';
import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import { useStore } from 'zustand';
import { integer, megabytes } from '../lib/format.ts';
import { toProblem } from '../state/problem.ts';
import { translated, t } from '../text/t.ts';
import { handFocus } from '../ui/handFocus.ts';
import { Icon } from '../ui/Icon.tsx';
import { useStudio, useWorkbench } from '../views/context.ts';
import { NARROW } from '../views/media.ts';
import { ENDING, totalBytes, type HistoryEntry } from './entry.ts';
import { HistoryRow } from './HistoryRow.tsx';
import { openEntry } from './openEntry.ts';
import '../styles/history.css';

/** Lower edge of the bar, which scrolls with the page: its buttons stay in reach. */
function useBarEnd(): number {
  const [end, setEnd] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setEnd(Math.max(0, document.querySelector('.bar')?.getBoundingClientRect().bottom ?? 0));
    measure();
    window.addEventListener('scroll', measure, { passive: true });
    window.addEventListener('resize', measure);
    return () => {
      window.removeEventListener('scroll', measure);
      window.removeEventListener('resize', measure);
    };
  }, []);
  return end;
}

/** What an import did: the runs taken in, and those that made room for them. */
function importedText(taken: number, removed: number): Phrase {
  const imported = taken === 1 ? say`Imported 1 run.` : say`Imported ${taken} runs.`;
  if (removed === 0) return imported;
  return together([imported, removed === 1 ? say`The oldest run was removed to make room.` : say`The ${removed} oldest runs were removed to make room.`]);
}

/** The runs made in this browser: open, pin, delete with a way back. Its end hands the focus back to its button. */
export default function HistoryPanel({ button, onClose }: { button: RefObject<HTMLButtonElement | null>; onClose: () => void }) {
  const studio = useStudio();
  const { history } = useWorkbench();
  const { entries, loaded, problem } = useStore(history);
  const [now] = useState(() => Date.now());
  const top = useBarEnd();
  useEffect(() => void history.load(), [history]);

  const open = async (entry: HistoryEntry) => {
    try {
      await studio.show(openEntry(history, entry.id));
      studio.notices.replace('file', []);
      if (matchMedia(NARROW).matches) onClose();
    } catch (error) {
      studio.notices.replace('file', [toProblem(error)]);
    }
  };
  const remove = async (chosen: readonly HistoryEntry[]) => {
    const undo = await history.remove(chosen.map(({ id }) => id));
    studio.toast.say(chosen.length === 1 ? say`Deleted ${titleOf(chosen[0]!.header)}.` : say`Deleted ${chosen.length} runs.`, () => void undo());
  };
  const saveAll = async () => {
    try {
      const [{ archiveOf }, { save }] = await Promise.all([import('./archive.ts'), import('../share/files.ts')]);
      const { file, problem } = await archiveOf(history);
      if (file) save(new Blob([file]), `dpar-studio-${new Date().toISOString().slice(0, 10)}${ENDING}`);
      studio.notices.replace('file', problem ? [problem] : []);
    } catch (error) {
      studio.reportUnexpected(error);
    }
  };
  const loose = entries.filter(({ pinned }) => !pinned);

  return (
    <Dialog.Root open modal={false} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Content
          className="drawer" style={{ top }} aria-describedby={undefined} onInteractOutside={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => { event.preventDefault(); button.current?.focus(); }}
        >
          <div className="drawer-head">
            <Dialog.Title className="heading">{t('History')}</Dialog.Title>
            <OpenFileButton />
            <Dialog.Close className="button icon quiet" aria-label={t('Close history')}><Icon name="close" /></Dialog.Close>
          </div>
          {problem && <p className="drawer-note"><strong>{translated(problem.message)}</strong> {translated(problem.detail)}</p>}
          {loaded && entries.length === 0 && <p className="drawer-note muted">{t('Runs generated here are kept on this device, including stopped ones. There are none yet.')}</p>}
          <ol className="history" aria-label={t('Runs')}>
            {entries.map((entry) => (
              <HistoryRow
                key={entry.id} entry={entry} now={now} onOpen={() => void open(entry)}
                onPin={() => void history.setPinned(entry.id, !entry.pinned)} onRemove={() => void remove([entry])}
              />
            ))}
          </ol>
          {entries.length > 0 && (
            <div className="drawer-foot">
              <span className="muted">{entries.length === 1 ? t('1 run, {size}, on this device only', { size: megabytes(totalBytes(entries)) }) : t('{n} runs, {size}, on this device only', { n: integer(entries.length), size: megabytes(totalBytes(entries)) })}</span>
              <button type="button" className="button small" onClick={() => void saveAll()}>{t('Save all as one file')}</button>
              <button type="button" className="button small danger" disabled={loose.length === 0} onClick={(event) => { handFocus(event, 'button', '.drawer'); void remove(loose); }}>{t('Delete unpinned runs')}</button>
            </div>
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** For those who cannot or will not drop a file. */
function OpenFileButton() {
  const studio = useStudio();
  const { history } = useWorkbench();
  const input = useRef<HTMLInputElement>(null);
  const chosen = async (file: File | undefined) => {
    if (!file) return;
    if (!file.name.endsWith(ENDING)) return (await import('../share/openFile.ts')).openFile(studio, file);
    try {
      const { readArchive } = await import('./archive.ts');
      const { taken, removed, undo } = await history.takeIn(readArchive(new Uint8Array(await file.arrayBuffer())));
      studio.notices.replace('file', []);
      studio.toast.say(importedText(taken, removed), taken + removed > 0 ? () => void undo() : undefined);
    } catch (error) {
      studio.notices.replace('file', [toProblem(error)]);
    }
  };
  return (
    <>
      <button type="button" className="button" onClick={() => input.current?.click()}><Icon name="open" size={18} />{t('Open file')}</button>
      <input ref={input} type="file" hidden accept={`.png,.json,${ENDING},image/png,application/json`} aria-label={t('Run to open')}
        onChange={(event) => { void chosen(event.target.files?.[0]); event.target.value = ''; }} />
    </>
  );
}
