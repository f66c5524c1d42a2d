import { useDeferredValue, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useStore } from 'zustand';
import type { Manifest } from '../../../engine/manifest.ts';
import { searchClasses } from '../../lib/searchClasses.ts';
import { createClassLists } from '../../state/classLists.ts';
import { named, t } from '../../text/t.ts';
import { useSettings, useStudio } from '../context.ts';
import { ClassThumb } from './ClassThumb.tsx';

const ROW = 36;
const PAGE = 6;

/** A pack's classes where they are too many to show at once: search, what was chosen last, what is pinned. */
export default function ManyClasses({ manifest }: { manifest: Manifest }) {
  const { chooseClass } = useStudio();
  const { classes } = manifest;
  const chosen = useSettings((state) => state.class);
  const lists = useMemo(() => createClassLists(manifest.name), [manifest.name]);
  const { recent, pinned } = useStore(lists);
  const [query, setQuery] = useState('');
  const searched = useDeferredValue(query);
  const found = useMemo(() => searchClasses(classes, searched, named), [classes, searched]);
  const [active, setActive] = useState(-1);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  // eslint-disable-next-line react-hooks/incompatible-library -- what is memoised here is so by hand
  const rows = useVirtualizer({ count: found.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 8 });

  const choose = (index: number) => {
    chooseClass(index);
    lists.choose(classes[index]!.id);
  };
  const go = (to: number) => {
    const next = Math.max(0, Math.min(found.length - 1, to));
    setActive(next);
    rows.scrollToIndex(next);
  };
  // What was found changes under the active row; an empty search shows the chosen class.
  useEffect(() => {
    setActive(searched === '' ? -1 : 0);
    rows.scrollToIndex(searched === '' ? Math.max(0, found.indexOf(chosen)) : 0, { align: searched === '' ? 'center' : 'start' });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- choosing a row must not scroll the list
  }, [searched, found]);

  const onKeyDown = (event: KeyboardEvent) => {
    const at = active < 0 ? found.indexOf(chosen) : active;
    const steps: Partial<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + PAGE, PageUp: at - PAGE };
    const to = steps[event.key];
    if (to !== undefined) go(to);
    else if (event.key === 'Enter' && found[at] !== undefined) choose(found[at]);
    else if (event.key === 'Escape' && query !== '') setQuery('');
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const entry = classes[chosen];
  const isPinned = entry !== undefined && pinned.includes(entry.id);
  const option = (index: number) => `${id}-${classes[index]!.id}`;
  return (
    <div className="many-classes">
      {entry && (
        <div className="chosen-class">
          <ClassThumb manifest={manifest} index={chosen} />
          <span className="class-name"><strong>{named(entry.label)}</strong>{entry.synonyms && <span className="muted"> {entry.synonyms.join(', ')}</span>}</span>
          <button type="button" className="button quiet small" aria-pressed={isPinned} onClick={() => lists.pin(entry.id, !isPinned)}>{isPinned ? t('Unpin') : t('Pin')}</button>
        </div>
      )}
      <Chips name={t('Pinned')} ids={pinned} classes={classes} chosen={chosen} choose={choose} />
      <Chips name={t('Recent')} ids={recent} classes={classes} chosen={chosen} choose={choose} />
      <input
        type="search" className="field" role="combobox" autoComplete="off" spellCheck={false} placeholder={t('Search {n} classes', { n: classes.length })}
        aria-label={t('Class')} aria-expanded="true" aria-controls={`${id}-list`} aria-autocomplete="list"
        aria-activedescendant={active >= 0 && found[active] !== undefined ? option(found[active]) : undefined}
        value={query} onChange={(event) => setQuery(event.target.value)} onKeyDown={onKeyDown}
      />
      <p className="visually-hidden" role="status">{searched === '' ? '' : found.length === 1 ? t('One class found') : t('{n} classes found', { n: found.length })}</p>
      <div ref={box} className="class-list" id={`${id}-list`} role="listbox" aria-label={t('Classes')} tabIndex={-1}>
        {found.length === 0 && <p className="muted">{t('No class has that name.')}</p>}
        <div role="presentation" style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map(({ index: row, start }) => {
            const index = found[row]!;
            const { label, synonyms } = classes[index]!;
            return (
              // Its keys are read by the search field, which names the active row.
              <div
                key={classes[index]!.id} id={option(index)} role="option" className="class-row" tabIndex={-1} data-active={row === active || undefined}
                aria-selected={index === chosen} aria-setsize={found.length} aria-posinset={row + 1}
                style={{ position: 'absolute', insetInline: 0, top: start, height: ROW }} onClick={() => choose(index)}
              >
                <ClassThumb manifest={manifest} index={index} />
                <span className="class-name">{named(label)}{synonyms && <span className="muted"> {synonyms[0]}</span>}</span>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Chips({ name, ids, classes, chosen, choose }: { name: string; ids: readonly string[]; classes: Manifest['classes']; chosen: number; choose: (index: number) => void }) {
  const known = ids.map((id) => classes.findIndex((entry) => entry.id === id)).filter((index) => index >= 0);
  if (known.length === 0) return null;
  return (
    <div className="class-chips" role="group" aria-label={name}>
      <span className="muted" aria-hidden="true">{name}</span>
      {known.map((index) => (
        <button key={classes[index]!.id} type="button" className="chip" aria-pressed={index === chosen} onClick={() => choose(index)}>{named(classes[index]!.label)}</button>
      ))}
    </div>
  );
}
