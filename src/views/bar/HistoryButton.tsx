import { useRef, useState } from 'react';
import { t } from '../../text/t.ts';
import { Icon } from '../../ui/Icon.tsx';
import { late } from '../../ui/late.tsx';

const HistoryPanel = late(() => import('../../history/HistoryPanel.tsx'));

/** Runs made in this browser. */
export function HistoryButton() {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button ref={button} type="button" className="button share" aria-haspopup="dialog" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="history" size={18} /><span className="optional-label">{t('History')}</span>
      </button>
      {open && <HistoryPanel button={button} onClose={() => setOpen(false)} />}
    </>
  );
}
