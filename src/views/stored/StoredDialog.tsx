import { ago } from '../../lib/ago.ts';
import { useEffect, useRef, useState } from 'react';
import { files } from '../../lib/counts.ts';
import { megabytes } from '../../lib/format.ts';
import { toProblem } from '../../state/problem.ts';
import { deleteStored, listStored, renewStored, verifyStored, type StoredPack } from '../../../packs/stored.ts';
import { named, translated, t } from '../../text/t.ts';
import { handFocus } from '../../ui/handFocus.ts';
import './stored.css';

/** What this browser keeps: packs and the runtime, with size and age; each can be checked, fetched anew or deleted. */
export default function StoredDialog({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [list, setList] = useState<{ packs: StoredPack[]; at: number } | null>(null);
  const [news, setNews] = useState('');
  /** Of a download under way; beside the status, which would else be spoken with every chunk. */
  const [came, setCame] = useState('');
  const refresh = async () => setList({ packs: await listStored(), at: Date.now() });

  useEffect(() => {
    dialog.current?.showModal();
    let here = true;
    void listStored().then((packs) => here && setList({ packs, at: Date.now() }));
    return () => { here = false; };
  }, []);

  const verify = async ({ id, title }: StoredPack) => {
    setNews(t('Checking {title}…', { title }));
    const { damaged, checked } = await verifyStored(id);
    if (damaged.length > 0) setNews(t('{title}: {files} damaged or missing; downloaded again with the next load.', { title, files: damaged.join(', ') }));
    else setNews(checked === 1 ? t('{title}: the file is intact.', { title }) : t('{title}: all {checked} files are intact.', { title, checked }));
  };
  const remove = async ({ id, title }: StoredPack) => {
    await deleteStored(id);
    setNews(t('{title} was deleted. The next load downloads it again.', { title }));
    await refresh();
  };
  const renew = async ({ id, title, bytes }: StoredPack) => {
    let loaded = 0;
    setNews(t('Downloading {title} again…', { title }));
    try {
      await renewStored(id, {
        onBytes: (more) => {
          loaded += more;
          setCame(t('{done} of {all}', { done: megabytes(loaded), all: megabytes(bytes) }));
        },
      });
      setNews(t('{title} was downloaded again.', { title }));
    } catch (error) {
      const { message } = toProblem(error);
      setNews(t('{title} was not downloaded again; what was stored is still there.', { title }) + ` ${translated(message)}`);
    }
    setCame('');
    await refresh();
  };

  const total = list?.packs.reduce((sum, pack) => sum + pack.bytes, 0) ?? 0;
  return (
    <dialog ref={dialog} className="dialog stored" aria-labelledby="stored-title" onClose={onClose}>
      <h2 id="stored-title" className="heading">{t('Stored in this browser')}</h2>
      {list?.packs.length === 0 && <p className="muted">{t('Nothing is stored. Models are kept after their first download where the browser allows it.')}</p>}
      {list && list.packs.length > 0 && (
        <ul>
          {list.packs.map((pack) => ({ ...pack, title: named(pack.title) })).map((entry) => (
            <li key={entry.id}>
              <p><strong>{entry.title}</strong><span className="muted">{megabytes(entry.bytes)}, {files(entry.files)}, {ago(entry.savedAt, list.at)}</span></p>
              <button type="button" className="button" aria-label={t('Verify {title}', { title: entry.title })} onClick={() => void verify(entry)}>{t('Verify')}</button>
              <button type="button" className="button" aria-label={t('Download {title} again', { title: entry.title })} onClick={() => void renew(entry)}>{t('Download again')}</button>
              <button type="button" className="button" aria-label={t('Delete {title}', { title: entry.title })} onClick={(event) => { handFocus(event, '.stored-close', '.stored'); void remove(entry); }}>{t('Delete')}</button>
            </li>
          ))}
        </ul>
      )}
      <p className="stored-status">
        <span role="status">{news || (total > 0 ? t('{size} in total.', { size: megabytes(total) }) : '')}</span> <span aria-hidden="true">{came}</span>
      </p>
      <button type="button" className="button stored-close" onClick={() => dialog.current?.close()}>{t('Close')}</button>
    </dialog>
  );
}
