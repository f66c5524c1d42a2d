import { useEffect, useState } from 'react';
import { t } from '../text/t.ts';
import { isolatedByHost, setIsolation, wantsIsolation } from './isolation.ts';
import { serviceWorkers } from './serviceWorkers.ts';

/** Whether WebAssembly may use threads, from the next load on by the service worker's headers. Where the host sends them itself there is nothing to choose. */
export function ThreadsChoice() {
  const [wanted, setWanted] = useState<boolean | null>(null);
  const [byHost, setByHost] = useState(false);
  const [now] = useState(() => globalThis.crossOriginIsolated);
  const controlled = Boolean(serviceWorkers()?.controller);
  useEffect(() => {
    let here = true;
    if (controlled) {
      void Promise.all([wantsIsolation(), now && isolatedByHost()]).then(([on, host]) => {
        if (!here) return;
        setByHost(host);
        setWanted(on);
      });
    }
    return () => { here = false; };
  }, [controlled, now]);
  if (wanted === null) return null;
  const choose = (on: boolean) => {
    setWanted(on);
    void setIsolation(on).catch(() => setWanted(!on));
  };
  return (
    <label className="threads-choice">
      <input type="checkbox" checked={wanted || byHost} disabled={byHost} onChange={(event) => choose(event.target.checked)} />
      <span>{t('Several threads for WASM')} <span className="muted">{byHost ? t('(in use; this site’s server sets it)') : wanted === now ? (now ? t('(in use)') : t('(off)')) : t('(from the next load)')}</span></span>
    </label>
  );
}
