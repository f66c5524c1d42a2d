import { parameters } from '../../lib/format.ts';
import { t } from '../../text/t.ts';
import { Popover } from '../../ui/Popover.tsx';
import { usePack } from '../context.ts';
import { late, Opening } from '../../ui/late.tsx';

const load = () => import('./PackPanel.tsx');
const PackPanel = late(load, Opening);

/** The pack in use; where it could not be opened, the way to another. */
export function PackMenu() {
  const manifest = usePack((state) => state.manifest);
  const failed = usePack((state) => state.problem !== null);
  if (!manifest && !failed) return <span className="button pack-chip" aria-hidden="true">…</span>;
  const face = manifest ? <><span className="pack-title">{manifest.title}</span><span className="muted optional">{parameters(manifest.model.parameters)}</span></> : t('Choose a pack');
  return (
    <Popover load={load} className="button pack-chip" label={t(manifest ? 'About this pack' : 'Choose a pack')} face={face}>
      <PackPanel />
    </Popover>
  );
}
