import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { fetchPackList, type PackEntry } from '../../state/packList.ts';
import { against, wishAgainst } from '../../state/compare/wishes.ts';
import { rich } from '../../text/rich.tsx';
import { said, t } from '../../text/t.ts';
import { Icon } from '../../ui/Icon.tsx';
import { useStudio } from '../context.ts';
import type { CompareSession } from './session.ts';

const LABELS = { dynamic: 'Dynamic', static: 'Static, same mean length', token: 'Token by token' } as const;

/** One press: a new run with the class and seed of A, held against it. */
export function Presets({ session }: { session: CompareSession }) {
  const page = useStudio();
  const { compare } = session;
  const { a } = compare;
  const header = useStore(a.run, (state) => state.header);
  const manifest = useStore(a.pack, (state) => state.manifest);
  const complete = useStore(a.run, (state) => state.count > 0 && state.phase !== 'running');
  const running = useStore(page.jobs, (state) => state.running);
  const waiting = useStore(compare, (state) => state.waiting);
  const model = useStore(page.pack, (state) => state.model);
  const [packs, setPacks] = useState<PackEntry[]>([]);
  useEffect(() => void fetchPackList(document.baseURI).then(setPacks), []);
  const busy = running || waiting || !complete || !header || !manifest;
  const { events } = a.run.getState();
  const others = packs.filter(({ name, kind }) => kind === 'gpt' && name !== header?.pack.name);
  return (
    <div className="presets" role="group" aria-label={t('Hold A against')}>
      <span className="presets-name">{t('Hold A against')}</span>
      {against.map((which) => {
        const none = !header || !manifest || !wishAgainst(which, header, events, manifest);
        if (none && !busy) return null;
        return <button key={which} type="button" className="button" disabled={busy || none} onClick={() => void compare.against(which)}>{t(LABELS[which])}</button>;
      })}
      <label className="preset-class">
        <span className="visually-hidden">{t('Another class')}</span>
        <select className="field" disabled={busy} value="" onChange={(event) => void compare.againstClass(Number(event.target.value))}>
          <option value="" disabled>{t('Another class…')}</option>
          {manifest?.classes.map((entry, index) => index !== header?.class && <option key={entry.id} value={index}>{said(entry.label)}</option>)}
        </select>
      </label>
      {others.map(({ name, title }) => (
        <button key={name} type="button" className="button" disabled={busy} onClick={() => void compare.againstPack(name)}>{title}</button>
      ))}
      {manifest?.kind === 'dpar' && <button type="button" className="button" disabled={busy} onClick={() => void compare.thresholds()}><span>{rich('Strip over E_th')}</span></button>}
      <span className="presets-end">
        {(running || waiting) && <span className="muted" role="status">{running ? t('Generating…') : model === 'loading' ? t('Waiting for the model…') : t('Starting…')}</span>}
        {running && <button type="button" className="button strong" onClick={() => void page.stop()}><Icon name="stop" size={16} />{t('Stop')}</button>}
        <button type="button" className="button" disabled={running || waiting} onClick={compare.swap}>{t('Swap A and B')}</button>
      </span>
    </div>
  );
}
