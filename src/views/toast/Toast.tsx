import { useStore } from 'zustand';
import { said, t } from '../../text/t.ts';
import { Icon } from '../../ui/Icon.tsx';
import { useStudio } from '../context.ts';

/** What was just done, and the way back. */
export default function Toast() {
  const { toast } = useStudio();
  const shown = useStore(toast, (state) => state.toast);
  return (
    <div className="toast-place" role="status">
      {shown && (
        <div className="toast" key={shown.id}>
          <p>{said(shown.text)}</p>
          {shown.undo && <button type="button" className="button small" onClick={() => toast.undo()}>{t('Undo')}</button>}
          <button type="button" className="button icon quiet" aria-label={t('Close')} onClick={() => toast.close()}><Icon name="close" size={18} /></button>
        </div>
      )}
    </div>
  );
}
