import { useStore } from 'zustand';
import { translated, t } from '../../text/t.ts';
import { handFocus } from '../../ui/handFocus.ts';
import { Icon } from '../../ui/Icon.tsx';
import { useMaking, useStudio } from '../context.ts';
import { FloatingStop } from './FloatingStop.tsx';

/** What was just done, and the way back; and Stop, where a view has none in sight. */
export default function Toast() {
  const { toast, session, address } = useStudio();
  const shown = useStore(toast, (state) => state.toast);
  const running = useMaking();
  // Compare has runs of its own to stop.
  const compare = useStore(address.views, (state) => state.view === 'compare');
  return (
    <>
      <FloatingStop running={running && !compare} onStop={() => void session.stop()} />
      <div className="toast-place" role="status">
        {shown && (
          <div className="toast" key={shown.id}>
            <p>{translated(shown.text)}</p>
            {shown.undo && <button type="button" className="button small" onClick={(event) => { handFocus(event, 'main'); toast.undo(); }}>{t('Undo')}</button>}
            <button type="button" className="button icon quiet" aria-label={t('Close')} onClick={(event) => { handFocus(event, 'main'); toast.close(); }}><Icon name="close" size={18} /></button>
          </div>
        )}
      </div>
    </>
  );
}
