import { parameters } from '../../lib/format.ts';
import { named, t } from '../../text/t.ts';
import { Popover } from '../../ui/Popover.tsx';
import { usePack } from '../context.ts';
import { Icon } from '../../ui/Icon.tsx';
import { late, Opening } from '../../ui/late.tsx';

const load = () => import('./PackPanel.tsx');
const PackPanel = late(load, Opening);

/** The pack in use; where it could not be opened, the way to another. */
export function PackMenu() {
  const manifest = usePack((state) => state.manifest);
  const failed = usePack((state) => state.problem !== null);
  // While a pack opens the button stays, and with it the focus.
  const title = manifest || failed ? undefined : t('Opening the pack');
  const face = manifest ? <><span className="pack-title">{named(manifest.title)}</span><Size count={manifest.model.parameters} /></> : failed ? <span className="pack-title">{t('Choose a pack')}</span> : '…';
  return (
    <Popover load={load} className="button pack-chip" label={t(manifest ? 'About this pack' : 'Choose a pack')} title={title} face={<>{face}<span className="caret optional"><Icon name="caret" size={14} /></span></>}>
      <PackPanel />
    </Popover>
  );
}

/** Short for the eye; what it counts is said and shown on pointing. */
function Size({ count }: { count: number }) {
  const size = parameters(count);
  const text = t('{size} parameters', { size });
  return <span className="muted optional" title={text}><span aria-hidden="true">{size}</span><span className="visually-hidden">{text}</span></span>;
}
