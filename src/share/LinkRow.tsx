import { titleOf } from '../state/runRequest.ts';
import { useState } from 'react';
import { translated, t } from '../text/t.ts';
import { Toggle } from '../ui/Toggle.tsx';
import { CopyButton } from './CopyButton.tsx';
import { NativeShare } from './NativeShare.tsx';
import type { Shared } from './useShared.ts';

const title = ({ run }: Shared) => `${translated(titleOf(run.header))}: DPAR Studio`;

function hint({ run, beside, comparison }: Shared): string {
  if (!beside) return t('This pack is here for this visit only, so a link cannot open it. PNG and JSON keep the run.');
  if (comparison) return t('Opening it shows the comparison: its runs are made again.');
  return run.complete ? t('Opening it reruns and verifies this image.') : t('This run was stopped: the link generates the whole image. PNG and JSON keep it as it is.');
}

/** The address of the run in view, to copy or to hand to the system's share sheet. */
export function LinkRow({ shared, cursor }: { shared: Shared; cursor: number }) {
  const { run } = shared;
  const [fromHere, setFromHere] = useState(false);
  const before = cursor > 0 && cursor < run.events.length;
  const url = new URL(shared.comparison ?? shared.hash(fromHere && before ? cursor : undefined), location.href).href;
  return (
    <section>
      <h2 className="heading">{t('Link')}</h2>
      <div className="share-link">
        <input className="field" readOnly value={url} aria-label={t(shared.comparison ? 'Link to this comparison' : 'Link to this run')} onFocus={(event) => event.target.select()} />
        <CopyButton text={url}>{t('Copy link')}</CopyButton>
        <NativeShare title={title(shared)} url={url} />
      </div>
      {before && !shared.comparison && <Toggle label={t('Start at token {cursor}', { cursor })} checked={fromHere} onChange={setFromHere} />}
      <p className="hint">{hint(shared)}</p>
    </section>
  );
}
