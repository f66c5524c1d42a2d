import { Suspense } from 'react';
import { t } from '../../text/t.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { late } from '../late.tsx';

const DisplayPanel = late(() => import('./DisplayPanel.tsx'));

/** How the studio looks and which language it speaks. */
export function DisplayMenu() {
  return (
    <Popover className="button icon display" label={t('Display')} title={t('Display')} face={<Icon name="display" />}>
      <Suspense fallback={<p className="muted">{t('Opening…')}</p>}><DisplayPanel /></Suspense>
    </Popover>
  );
}
