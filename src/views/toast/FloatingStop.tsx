import { useEffect, useState } from 'react';
import { t } from '../../text/t.ts';
import { GoingButton } from '../../ui/GoingButton.tsx';
import { Icon } from '../../ui/Icon.tsx';

/** Whether it is on the screen and under nothing else. */
function pressable(button: Element): boolean {
  const { left, top, width, height } = button.getBoundingClientRect();
  return width > 0 && button.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}

const inSight = () => [...document.querySelectorAll('[data-stop]')].some(pressable);

/** Stop in a row at the lower edge, while a run grows and the view has no Stop of its own (`data-stop`) in sight. */
export function FloatingStop({ running, onStop }: { running: boolean; onStop: () => void }) {
  const [seen, setSeen] = useState(true);
  useEffect(() => {
    if (!running) return;
    const look = () => setSeen(inSight());
    // Views come and go, and panels open over them: looked at now and then, not only where the page scrolls.
    const timer = setInterval(look, 200);
    window.addEventListener('scroll', look, { passive: true, capture: true });
    return () => {
      clearInterval(timer);
      window.removeEventListener('scroll', look, { capture: true });
      setSeen(true);
    };
  }, [running]);
  if (!running || seen) return null;
  return (
    <div className="stop-bar">
      <GoingButton to="main" className="button strong floating-stop" onClick={onStop}><Icon name="stop" size={18} />{t('Stop')}</GoingButton>
    </div>
  );
}
