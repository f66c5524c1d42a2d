import { viridisGradient } from '../../lib/viridis.ts';
import { usePack, useRun, useSettings } from '../context.ts';

/** Colour scale of the map: 0 to ln V nats, with the threshold marked on it. */
export function Legend() {
  const top = usePack((state) => Math.log(state.manifest?.vocab ?? 1024));
  const set = useSettings((state) => state.values?.entropyThreshold);
  const threshold = useRun((state) => state.header?.settings.entropyThreshold) ?? set;
  return (
    <span className="legend" title={`0 to ${top.toFixed(2)} nats, the entropy of a uniform guess`}>
      <span>0</span>
      <span className="legend-scale" style={{ background: viridisGradient }}>
        {threshold !== undefined && <i style={{ left: `${Math.min(100, (100 * threshold) / top)}%` }} />}
      </span>
      <span>{top.toFixed(1)} nats</span>
    </span>
  );
}
