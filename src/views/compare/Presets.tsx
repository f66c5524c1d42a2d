import { useStore } from 'zustand';
import { megabytes } from '../../lib/format.ts';
import { variantBytes } from '../../state/pack.ts';
import { against, wishAgainst } from '../../state/compare/wishes.ts';
import { rich } from '../../text/rich.tsx';
import { said, t } from '../../text/t.ts';
import { Icon } from '../../ui/Icon.tsx';
import type { CompareSession } from './session.ts';

const LABELS = { dynamic: 'Dynamic', static: 'Static, same mean length', token: 'Token by token' } as const;

/** One press: a new run with the class and seed of A, held against it. */
export function Presets({ session }: { session: CompareSession }) {
  const { compare, page } = session;
  const { a } = compare;
  const header = useStore(a.run, (state) => state.header);
  const manifest = useStore(a.pack, (state) => state.manifest);
  const complete = useStore(a.run, (state) => state.count > 0 && state.phase !== 'running');
  const { waiting, maker, packs } = useStore(compare);
  const own = useStore(page.pack, (state) => state.manifest);
  const running = [useStore(page.jobs, (state) => state.running), useStore(maker.jobs, (state) => state.running)].includes(true);
  const loading = useStore(maker.pack, (state) => (state.model === 'loading' ? state.manifest?.title ?? '' : null));
  const share = useStore(maker.pack, ({ model, progress }) => (model === 'loading' && progress && progress.total > 0 ? Math.round((100 * progress.loaded) / progress.total) : null));
  const guest = maker !== page;
  const busy = running || waiting || !complete || !header || !manifest;
  const { events } = a.run.getState();
  const others = [...(own ? [{ name: own.name, manifest: own }] : []), ...packs.filter(({ name }) => name !== own?.name)].filter(({ name }) => name !== header?.pack.name);
  return (
    <div className="presets" role="group" aria-label={t('Hold A against')}>
      <span className="presets-name">{t('Hold A against')}</span>
      {against.map((which) => {
        const none = !header || !manifest || !wishAgainst(which, header, events, manifest);
        if (none && !busy) return null;
        return <button key={which} type="button" className="button" disabled={busy || none} onClick={() => void compare.against(which)}>{t(LABELS[which])}</button>;
      })}
      {others.map(({ name, manifest: other }) => (
        <button
          key={name} type="button" className="button" disabled={busy} onClick={() => void compare.againstPack(name)}
          title={t(other.kind === 'gpt' ? 'Class and seed of A from a plain transformer, token by token; {size}' : 'Class and seed of A from another pack; {size}', { size: megabytes(variantBytes(other, other.defaultVariant.wasm)) })}
        >
          {other.title}
        </button>
      ))}
      <label className="preset-class">
        <span className="visually-hidden">{t('Another class')}</span>
        <select className="field" disabled={busy} value="" onChange={(event) => void compare.againstClass(Number(event.target.value))}>
          <option value="" disabled>{t('Another class…')}</option>
          {manifest?.classes.map((entry, index) => index !== header?.class && <option key={entry.id} value={index}>{said(entry.label)}</option>)}
        </select>
      </label>
      {manifest?.kind === 'dpar' && <button type="button" className="button" disabled={busy} onClick={() => void compare.thresholds()}><span>{rich('Strip over E_th')}</span></button>}
      <span className="presets-end">
        {(running || waiting) && <span className="muted" role="status">{running ? t('Generating…') : loading ? t('Loading {title}…', { title: loading }) : t('Starting…')}</span>}
        {!running && waiting && share !== null && <span className="muted" aria-hidden="true">{share} %</span>}
        {(running || (guest && waiting)) && <button type="button" className="button strong" onClick={() => void compare.stop()}><Icon name="stop" size={16} />{t('Stop')}</button>}
        <button type="button" className="button" disabled={running || waiting} onClick={compare.swap}>{t('Swap A and B')}</button>
      </span>
    </div>
  );
}
