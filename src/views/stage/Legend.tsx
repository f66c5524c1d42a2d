import { useStore } from 'zustand';
import { fixed } from '../../lib/format.ts';
import { mapGradient } from '../../lib/colourMap.ts';
import { mapCentre, thresholdOf } from '../../lib/thresholdOf.ts';
import { t } from '../../text/t.ts';
import { useWithoutEntropies } from '../withoutEntropies.ts';
import { usePack, useRun, useSettings, useWhatIf, useWorkbench } from '../context.ts';

/** Colour scale of the map: 0 to ln V nats, with the threshold marked on it where there is one. */
export function Legend() {
  const vocab = usePack((state) => state.manifest?.vocab);
  const set = useSettings((state) => state.values);
  const tried = useWhatIf((state) => state.rules);
  const decoded = useRun((state) => state.header?.settings);
  const map = useStore(useWorkbench().theme, (state) => state.map);
  const rules = tried ?? decoded ?? set;
  const threshold = thresholdOf(rules);
  const without = useWithoutEntropies();
  if (without || vocab === undefined) return null;
  const top = Math.log(vocab);
  return (
    <span className="legend" title={t('0 to {top} nats, the entropy of a uniform guess', { top: fixed(top, 2) })}>
      <span>0</span>
      <span className="legend-scale" style={{ background: mapGradient(map, mapCentre(rules, top)) }}>
        {threshold !== null && <i style={{ left: `${Math.min(100, (100 * threshold) / top)}%` }} />}
      </span>
      <span>{fixed(top, 1)} {t('nats')}</span>
    </span>
  );
}
