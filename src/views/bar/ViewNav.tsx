import type { MouseEvent } from 'react';
import { useStore } from 'zustand';
import { VIEWS, type ViewId } from '../../state/views.ts';
import { t } from '../../text/t.ts';
import { useRun, useStudio } from '../context.ts';

/** The views as links: each has an address of its own, so it opens in another tab, too. */
export function ViewNav() {
  const { views } = useStudio().address;
  const { view } = useStore(views);
  // The links carry the run in view along.
  useRun((state) => state.id);
  const open = (event: MouseEvent, id: ViewId) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    views.open(id);
  };
  return (
    <nav className="views" aria-label={t('Views')}>
      {VIEWS.map(({ id, label }) => (
        <a key={id} data-view={id} href={views.link(id)} aria-current={view === id ? 'page' : undefined} onClick={(event) => open(event, id)}>{t(label)}</a>
      ))}
    </nav>
  );
}
