import { useEffect, useState, type KeyboardEvent } from 'react';
import { megabytes } from '../../lib/format.ts';
import { manifestAddress } from '../../state/packFiles.ts';
import { fetchPackList, type PackEntry } from '../../../packs/pack-list.ts';
import { named, t } from '../../text/t.ts';
import { useHandFocus } from '../../ui/handFocus.ts';
import { useMaking, usePack, useStudio } from '../context.ts';

const KINDS = { dpar: 'dynamic patches', gpt: 'plain transformer' } as const;

const MOVES: Partial<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

/** Arrow keys only move, as a choice begins a download; Space and Enter choose. */
function keys(event: KeyboardEvent<HTMLInputElement>): void {
  const { key, currentTarget: radio } = event;
  const by = MOVES[key];
  if (key === 'Enter') radio.click();
  if (by === undefined) return;
  event.preventDefault();
  const all = [...radio.closest('fieldset')!.querySelectorAll('input')];
  all.at((all.indexOf(radio) + by) % all.length)?.focus();
}

/** The packs beside this page; with the one in use alone there is nothing to choose. */
export function PackList() {
  const studio = useStudio();
  const own = usePack((state) => state.name);
  const inUse = usePack((state) => state.manifestUrl);
  const running = useMaking();
  const list = useHandFocus<HTMLFieldSetElement>('.pack-address input', '.popover');
  const [packs, setPacks] = useState<PackEntry[] | 'unread'>([]);
  useEffect(() => {
    let open = true;
    void fetchPackList(document.baseURI).catch(() => 'unread' as const).then((list) => open && setPacks(list));
    return () => { open = false; };
  }, []);
  // A pack from elsewhere may have the name of one of these.
  const uses = ({ name }: PackEntry) => name === own && manifestAddress(name, document.baseURI) === inUse;
  if (packs === 'unread') return <p className="muted">{t('The list of packs could not be read. Check the connection, then open this menu again.')}</p>;
  if (packs.every(uses)) return null;
  return (
    <fieldset ref={list} className="pack-list" disabled={running}>
      <legend className="heading">{t('Pack')}</legend>
      {packs.map((pack) => (
        <label key={pack.name}>
          <input type="radio" name="pack" checked={uses(pack)} onKeyDown={keys} onChange={() => void studio.choosePack(pack.name)} />
          <span>{named(pack.title)}</span> <span className="muted">{t(KINDS[pack.kind])}, {megabytes(pack.bytes)}</span>
        </label>
      ))}
      {running && <p className="muted">{t('Can be changed when the run has ended.')}</p>}
    </fieldset>
  );
}
