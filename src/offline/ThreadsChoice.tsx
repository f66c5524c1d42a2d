import { useEffect, useState } from 'react';
import { t } from '../text/t.ts';
import { setIsolation, wantsIsolation } from './isolation.ts';
import { serviceWorkers } from './serviceWorkers.ts';

/** Whether WebAssembly may use threads: by the host's headers, or from the next load on by the service worker's. */
export function ThreadsChoice() {
  const [wanted, setWanted] = useState<boolean | null>(null);
  const [now] = useState(() => globalThis.crossOriginIsolated);
  const controlled = Boolean(serviceWorkers()?.controller);
  useEffect(() => {
    let here = true;
    if (controlled) void wantsIsolation().then((on) => here && setWanted(on));
    return () => { here = false; };
  }, [controlled]);
  if (wanted === null) return null;
  const choose = (on: boolean) => {
    setWanted(on);
    void setIsolation(on).catch(() => setWanted(!on));
  };
  return (
    <label className="threads-choice">
      <input type="checkbox" checked={wanted} onChange={(event) => choose(event.target.checked)} />
      <span>{t('Several threads for WASM')} <span className="muted">{wanted === now ? (now ? t('(in use)') : t('(off)')) : t('(from the next load)')}</span></span>
    </label>
  );
}
