import { useEffect } from 'react';
import { useStore } from 'zustand';
import type { Manifest } from '../../../engine/manifest.ts';
import type { RunSource } from '../../state/compare/runSource.ts';
import { symbols } from '../../text/rich.tsx';
import { named, t } from '../../text/t.ts';
import { changedSettings } from '../changedSettings.ts';
import { useWorkbench } from '../context.ts';
import type { RunStore } from '../../state/run.ts';
import { usePacks, useWaits, type CompareSession } from './session.ts';
import { historyText, madeText, type Packs } from './optionText.ts';
import { readSource, sourceValue } from './sourceValue.ts';

/** Where one side's run comes from. */
export function SourceSelect({ name, session }: { name: 'a' | 'b'; session: CompareSession }) {
  const { compare } = session;
  const { history } = useWorkbench();
  const { source, made, sides } = useStore(compare);
  const all = usePacks(session);
  const entries = useStore(history, (state) => state.entries);
  const side = sides[name];
  const header = useStore(side.run, (state) => state.header);
  const sidePack = useStore(side.pack, (state) => state.manifest);
  const recorded = all.filter(({ manifest }) => manifest.recordings.length > 0);
  useEffect(() => void history.load(), [history]);
  const choose = (source: RunSource | null) => void (source && compare.choose(name, source));
  const changed = header && sidePack ? changedSettings(header, sidePack) : '';
  return (
    <div className={`source-select ${name}`}>
      <b className={`side-mark ${name}`} aria-hidden="true">{name.toUpperCase()}</b>
      <label>
        <span className="visually-hidden">{t('Run {name}', { name: name.toUpperCase() })}</span>
        <select className="field" value={sourceValue(source[name])} onChange={(event) => choose(readSource(event.target.value))}>
          <option value="" disabled>{t('Choose…')}</option>
          <option value={sourceValue({ kind: 'view' })}>{t('Current run')}</option>
          {made.length > 0 && (
            <optgroup label={t('Generated for this comparison')}>
              {made.map((run, i) => <MadeOption key={i} index={i} run={run} session={session} packs={all} />)}
            </optgroup>
          )}
          {recorded.map(({ name: pack, manifest }) => (
            <optgroup key={pack} label={t('Recorded with {title}', { title: named(manifest.title) })}>
              {manifest.recordings.map((entry, i) => <option key={entry.id} value={sourceValue({ kind: 'recording', pack, index: i })}>{labelOf(entry, manifest)}</option>)}
            </optgroup>
          ))}
          {entries.length > 0 && (
            <optgroup label={t('History')}>
              {entries.map((entry) => <option key={entry.id} value={sourceValue({ kind: 'history', id: entry.id })}>{historyText(entry, all)}</option>)}
            </optgroup>
          )}
        </select>
      </label>
      {changed && <span className="source-note muted" title={changed}>{symbols(changed)}</span>}
    </div>
  );
}

/** The class of a recorded run; its own title where the pack has several of a class. */
const labelOf = (entry: Manifest['recordings'][number], { classes, recordings }: Manifest) =>
  (recordings.filter((other) => other.class === entry.class).length > 1 ? entry.title : named(classes[entry.class]?.label ?? entry.title));

function MadeOption({ index, run, session, packs }: { index: number; run: RunStore; session: CompareSession; packs: Packs }) {
  const waits = useWaits(session, run);
  const header = useStore(run, (state) => state.header);
  const value = sourceValue({ kind: 'made', index });
  if (!header) return <option value={value} disabled>{index + 1}: {waits ? t('waiting') : t('not made')}</option>;
  return <option value={value}>{index + 1}: {madeText(header, packs)}</option>;
}
