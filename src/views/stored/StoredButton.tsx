import { useState } from 'react';
import { t } from '../../text/t.ts';
import { late } from '../../ui/late.tsx';

const StoredDialog = late(() => import('./StoredDialog.tsx'));

/** Opens the list of what this browser keeps. */
export function StoredButton() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button" aria-haspopup="dialog" onClick={() => setOpen(true)}>{t('Manage stored packs')}</button>
      {open && <StoredDialog onClose={() => setOpen(false)} />}
    </>
  );
}
