import { t } from '../../text/t.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { late, Opening } from '../../ui/late.tsx';

const load = () => import('../../share/ShareMenu.tsx');
const ShareMenu = late(load, Opening);

/** Link, files and film of the run in view; what it needs is fetched when it is about to be opened. */
export function ShareButton() {
  return (
    <Popover load={load} className="button share" label={t('Share this run')} panelClass="share-menu" face={<><Icon name="share" size={18} /><span className="optional-label">{t('Share')}</span></>}>
      <ShareMenu />
    </Popover>
  );
}
