import { useState } from 'react';
import { t } from '../text/t.ts';
import { useDeviceBusy, usePack } from '../views/context.ts';
import { late } from '../ui/late.tsx';

const MeasureDialog = late(() => import('./MeasureDialog.tsx'));

/** Opens the measuring of this device, once there is a model to measure with. */
export function MeasureButton() {
  const [open, setOpen] = useState(false);
  const ready = usePack((state) => state.model === 'ready');
  const running = useDeviceBusy();
  return (
    <>
      <button type="button" className="button" aria-haspopup="dialog" disabled={!ready || running} onClick={() => setOpen(true)}>{t('Measure this device')}</button>
      {open && <MeasureDialog onClose={() => setOpen(false)} />}
    </>
  );
}
