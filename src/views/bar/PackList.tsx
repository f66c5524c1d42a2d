import { useEffect, useState } from 'react';
import { megabytes } from '../../lib/format.ts';
import { fetchPackList, type PackEntry } from '../../../packs/pack-list.ts';
import { named, t } from '../../text/t.ts';
import { useMaking, usePack, useStudio } from '../context.ts';

const KINDS = { dpar: 'dynamic patches', gpt: 'plain transformer' } as const;

/** The packs beside this page; with one alone there is nothing to choose. */
export function PackList() {
  const studio = useStudio();
  const name = usePack((state) => state.name);
  const running = useMaking();
  const [packs, setPacks] = useState<PackEntry[]>([]);
  useEffect(() => {
    let open = true;
    void fetchPackList(document.baseURI).then((list) => open && setPacks(list));
    return () => { open = false; };
  }, []);
  if (packs.length < 2) return null;
  return (
    <fieldset className="pack-list" disabled={running}>
      <legend className="heading">{t('Pack')}</legend>
      {packs.map((pack) => (
        <label key={pack.name}>
          <input type="radio" name="pack" checked={pack.name === name} onChange={() => void studio.choosePack(pack.name)} />
          <span>{named(pack.title)}</span> <span className="muted">{t(KINDS[pack.kind])}, {megabytes(pack.bytes)}</span>
        </label>
      ))}
      {running && <p className="muted">{t('Can be changed when the run has ended.')}</p>}
    </fieldset>
  );
}
