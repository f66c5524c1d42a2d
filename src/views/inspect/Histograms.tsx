import { useMemo } from 'react';
import uPlot from 'uplot';
import { entropyHistogram, hasEntropies, lengthHistogram, meanEntropy } from '../../../engine/whatif.ts';
import { fixed } from '../../lib/format.ts';
import { thresholdOf } from '../../lib/thresholdOf.ts';
import { rich } from '../../text/rich.tsx';
import { t } from '../../text/t.ts';
import { useFrameEvery, usePack, useRunView } from '../context.ts';
import { axis, Plot, type PlotColours } from '../plot/Plot.tsx';

const BINS = 28;
const HEIGHT = 150;

/** How long the patches are, where there are any, and how uncertain the tokens. */
export function Histograms({ patches }: { patches: boolean }) {
  useFrameEvery(200);
  const { shown } = useRunView();
  const vocab = usePack((state) => state.manifest?.vocab ?? 1024);
  const { events, rules } = shown();
  const threshold = thresholdOf(rules) ?? Infinity;
  const top = Math.log(vocab);
  // A run that grows keeps its list.
  const count = events.length;
  const { lengths, entropies } = useMemo(() => {
    const counts = lengthHistogram(events.slice(0, count));
    return {
      lengths: [counts.map((_, i) => i + 1), counts] as uPlot.AlignedData,
      entropies: [Array.from({ length: BINS }, (_, i) => ((i + 0.5) * top) / BINS), entropyHistogram(events.slice(0, count), top, BINS)] as uPlot.AlignedData,
    };
  }, [events, count, top]);
  const entropyOptions = useMemo(() => entropyBars(threshold), [threshold]);
  if (count === 0) return null;
  const mean = meanEntropy(events);
  const lengthWords = (lengths[1] as number[]).map((n, i) => t('{n} of {length}', { n, length: i + 1 })).join(', ');
  return (
    <>
      {patches && (
        <section className="histogram">
          <h2 className="heading">{t('Patch lengths')}</h2>
          <Plot label={t('Number of patches by length in tokens: {lengthWords}.', { lengthWords })} height={HEIGHT} data={lengths} options={lengthBars} />
        </section>
      )}
      <section className="histogram">
        <h2 className="heading">{t('Entropies')}</h2>
        {hasEntropies(events)
          ? <Plot label={t('Number of tokens by entropy in nats; mean {mean}.', { mean: fixed(mean, 2) })} height={HEIGHT} data={entropies} options={entropyOptions} />
          : <p className="muted">{t('The entropy model did not run.')}</p>}
        {mean !== null && <p className="small-print muted">{rich('mean {mean} nats', { mean: <b data-figure="mean-entropy">{fixed(mean, 2)}</b> })}</p>}
      </section>
    </>
  );
}

const bars = (colours: PlotColours, font: string, what: string, unit: string, fill: (x: number) => string, range: uPlot.Scale.Range): Omit<uPlot.Options, 'width' | 'height'> => ({
  legend: { show: false }, cursor: { show: false },
  scales: { x: { time: false, range }, y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.05)] } },
  axes: [{ ...axis(colours, font, what, 28), grid: { show: false }, incrs: [1, 2, 4], space: 24 }, { ...axis(colours, font, unit, 32), space: 16, incrs: [1, 2, 5, 10, 20, 25, 50, 100, 200, 500] }],
  series: [{}, { width: 0, paths: uPlot.paths.bars!({ size: [0.8, 40], disp: { fill: { unit: 3, values: (plot) => Array.from(plot.data[0], fill) } } }), points: { show: false } }],
});
const lengthBars = (colours: PlotColours, font: string) => bars(colours, font, t('tokens in the patch'), t('patches'), () => colours.joins, (_plot, _low, high) => [0.4, Math.max(4, high) + 0.6]);
/** Above E_th as everywhere: orange. */
const entropyBars = (threshold: number) => (colours: PlotColours, font: string) => bars(colours, font, t('nats'), t('tokens'), (entropy) => (entropy > threshold ? colours.surprise : colours.joins), (_plot, _low, high) => [0, high + 0.15]);
