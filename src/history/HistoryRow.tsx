import { titleOf } from '../state/runRequest.ts';
import { useCallback, type MouseEvent } from 'react';
import { ago } from '../lib/ago.ts';
import { symbols } from '../text/rich.tsx';
import { translated, t } from '../text/t.ts';
import { byKey } from '../ui/handFocus.ts';
import { Icon } from '../ui/Icon.tsx';
import { changedSettings } from '../views/changedSettings.ts';
import { usePack } from '../views/context.ts';
import { fromText } from '../views/givenText.ts';
import type { HistoryEntry } from './entry.ts';
import { figuresText } from './figuresText.ts';

/** The picture of a run, from bytes; its address is given back when it leaves the page. */
function Thumb({ bytes }: { bytes: Uint8Array<ArrayBuffer> }) {
  const show = useCallback((image: HTMLImageElement | null) => {
    if (!image) return;
    const url = URL.createObjectURL(new Blob([bytes], { type: 'image/png' }));
    image.src = url;
    return () => URL.revokeObjectURL(url);
  }, [bytes]);
  return <img ref={show} alt="" />;
}

interface Props {
  entry: HistoryEntry;
  /** Milliseconds since 1970. */
  now: number;
  onOpen: () => void;
  onPin: () => void;
  onRemove: () => void;
}

/** Where the focus goes from a row that goes away: to the next one, the one before, or the panel's first button. */
const neighbour = (row: HTMLElement | null) => (row?.nextElementSibling ?? row?.previousElementSibling ?? row?.closest('.drawer'))?.querySelector<HTMLElement>('button');

/** One run: picture, class and seed, its steps, when, and what was set otherwise than the pack's defaults. */
export function HistoryRow({ entry, now, onOpen, onPin, onRemove }: Props) {
  const { header, pinned } = entry;
  const remove = (event: MouseEvent<HTMLElement>) => {
    if (byKey(event)) neighbour(event.currentTarget.closest('li'))?.focus();
    onRemove();
  };
  const title = translated(titleOf(header));
  const manifest = usePack((state) => state.manifest);
  const own = manifest?.name === header.pack.name ? manifest : null;
  const settings = own ? changedSettings(header, own) : '';
  const figures = figuresText(entry);
  const state = entry.complete ? '' : t('stopped at {tokens} of {total}', { tokens: entry.tokens, total: header.grid.tokens });
  return (
    <li className="history-row">
      <button type="button" className="history-open" onClick={onOpen} aria-label={entry.complete ? t('Open {title}', { title }) : t('Open {title}, stopped', { title })}>
        {entry.picture ? <Thumb bytes={entry.picture} /> : <span className="history-blank" aria-hidden="true" />}
        <span className="history-text">
          <strong>{title}</strong>
          {figures && <span>{symbols(figures)}</span>}
          <span>{symbols([ago(entry.when, now), fromText(header), state, settings || (own ? t('default settings') : header.pack.name)].filter(Boolean).join(' · '))}</span>
        </span>
      </button>
      <button type="button" className="button icon quiet pin" aria-pressed={pinned} aria-label={t('Pin {title}', { title })} title={pinned ? t('Pinned: kept when older runs are removed') : t('Pin')} onClick={onPin}><Icon name="pin" size={18} /></button>
      <button type="button" className="button icon quiet" aria-label={t('Delete {title}', { title })} title={t('Delete')} onClick={remove}><Icon name="trash" size={18} /></button>
    </li>
  );
}
