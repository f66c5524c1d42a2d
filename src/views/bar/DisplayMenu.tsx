import { t } from '../../text/t.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { late, Opening } from '../../ui/late.tsx';

const load = () => import('./DisplayPanel.tsx');
const DisplayPanel = late(load, Opening);

/** How the studio looks and which language it speaks. */
export function DisplayMenu() {
  return (
    <Popover load={load} className="button icon display" label={t('Display')} title={t('Display')} face={<Icon name="display" />}>
      <DisplayPanel />
    </Popover>
  );
}
