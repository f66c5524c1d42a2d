import { memo, useEffect, useRef, type KeyboardEvent } from 'react';
import { atMostEvery } from '../../lib/frames.ts';
import { t } from '../../text/t.ts';
import { useRunView, useWorkbench } from '../context.ts';
import { tokenText } from '../withoutEntropies.ts';

/** How often texts are brought up to date while a run plays; nobody can read faster. */
const TEXT_MS = 500;

/**
 * The heat map as text: a grid of cells with their entropies, read by screen readers and walked with the arrow keys.
 * It lies over the map and lets the pointer through.
 */
export const CellGrid = memo(function CellGrid({ width }: { width: number }) {
  const view = useRunView();
  const { frame } = useWorkbench();
  const root = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const write = () => {
      const { events, known } = view.shown();
      const { cursor } = view.playback.getState();
      root.current?.querySelectorAll<HTMLElement>('[role="gridcell"]').forEach((cell, index) => {
        const event = index < cursor ? events[index] : undefined;
        const text = !event ? t('not decoded yet') : index < known ? tokenText(event, view) : t('not scored yet');
        if (cell.textContent !== text) cell.textContent = text;
      });
    };
    const pace = atMostEvery(TEXT_MS, write);
    const end = frame.subscribe(pace.request);
    return () => {
      end();
      pace.cancel();
    };
  }, [frame, view]);

  const walk = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const cells = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="gridcell"]')];
    const at = cells.indexOf(document.activeElement as HTMLElement);
    const moves: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -width, ArrowDown: width };
    if (at >= 0 && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault();
      event.stopPropagation();
      const { brush } = view.edit.getState();
      if (brush === null) view.playback.pinCell(at);
      else view.edit.put(at, brush);
      return;
    }
    const rowStart = at - (at % width);
    const next = event.key === 'Home' ? rowStart : event.key === 'End' ? rowStart + width - 1 : at + (moves[event.key] ?? NaN);
    if (at < 0 || Number.isNaN(next)) return;
    event.preventDefault();
    event.stopPropagation();
    const target = cells[next];
    if (!target) return;
    cells[at]!.tabIndex = -1;
    target.tabIndex = 0;
    target.focus();
  };

  return (
    <div
      ref={root} className="cell-grid" role="grid" aria-label={t('Next-token entropy by cell')} onKeyDown={walk}
      onFocus={(event) => view.playback.look(Number((event.target as HTMLElement).dataset.cell ?? NaN) || 0)}
      onBlur={() => view.playback.look(null)}
    >
      {Array.from({ length: width }, (_, row) => (
        <div role="row" key={row} aria-rowindex={row + 1}>
          {Array.from({ length: width }, (_, column) => (
            <div role="gridcell" key={column} data-cell={row * width + column} tabIndex={row + column === 0 ? 0 : -1} aria-colindex={column + 1} />
          ))}
        </div>
      ))}
    </div>
  );
});
