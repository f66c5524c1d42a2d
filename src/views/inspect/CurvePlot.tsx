import { useMemo } from 'react';
import uPlot from 'uplot';
import type { Manifest } from '../../../engine/manifest.ts';
import type { Rules } from '../../../engine/patchify.ts';
import { hasEntropies, rulesKeys, thresholdCurve } from '../../../engine/whatif.ts';
import { fixed } from '../../lib/format.ts';
import { thresholdOf } from '../../lib/thresholdOf.ts';
import { t } from '../../text/t.ts';
import { useFrameEvery, usePack, useRunView } from '../context.ts';
import { curveAt } from '../../lib/curveAt.ts';
import { curveHolds } from './curveRules.ts';
import { axis, Plot, type PlotColours, type PlotOptions } from '../plot/Plot.tsx';

const STEP = 0.1;

/** Mean patch length over E_th: this image under the rules in view, and where they are the rules of the pack's curve, the mean of its held-out pictures, or of its own samples. */
export function CurvePlot() {
  useFrameEvery(200);
  const { shown, run } = useRunView();
  const manifest = usePack((state) => state.manifest);
  const { events, rules } = shown();
  const { header } = run.getState();
  const known = hasEntropies(events) && run.getState().phase !== 'running';
  if (!manifest || !header || !rules || !known) {
    return <section className="curve"><h2 className="heading">{t('Patch length by threshold')}</h2><p className="muted curve-empty">{t('Shown for a finished run with entropies.')}</p></section>;
  }
  return <Curve manifest={manifest} events={events} rules={rules} decoded={header.settings} />;
}

function Curve({ manifest, events, rules, decoded }: { manifest: Manifest; events: readonly { entropy: number | null }[]; rules: Rules; decoded: Rules }) {
  const { width } = manifest.grid;
  const key = rulesKeys.map((name) => (name === 'entropyThreshold' ? '' : rules[name])).join();
  // Other rules make other events of the same entropies.
  const entropies = events.map((event) => event.entropy);
  const known = entropies.join();
  const thresholds = useMemo(() => Array.from({ length: Math.ceil(Math.log(manifest.vocab) / STEP) + 1 }, (_, i) => Number((i * STEP).toFixed(2))), [manifest.vocab]);
  // The threshold is the plot's own axis: moving it must not compute the curve again.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const own = useMemo(() => thresholdCurve(entropies, rules, width, thresholds).map((point) => point.pAvg), [known, key, width, thresholds]);
  const holds = curveHolds(rules, manifest);
  const pack = useMemo(() => thresholds.map((threshold) => (holds ? curveAt(manifest.curve, threshold, 'pAvg') : null)), [manifest.curve, thresholds, holds]);
  const data = useMemo((): uPlot.AlignedData => [thresholds, own, pack], [thresholds, own, pack]);
  const here = thresholdCurve(entropies, rules, width, [rules.entropyThreshold])[0]!;
  const usual = holds ? curveAt(manifest.curve, rules.entropyThreshold, 'pAvg') : null;
  const decodedAt = thresholdOf(decoded);
  const marks = useMemo(() => pointMarks(here, decodedAt), [here.threshold, here.pAvg, decodedAt]); // eslint-disable-line react-hooks/exhaustive-deps
  const samples = manifest.pictures === 'samples';
  const words = t('E_th {threshold}: P_avg {average}, {n} steps', { threshold: fixed(here.threshold, 2), average: fixed(here.pAvg, 2), n: here.steps });
  return (
    <section className="curve">
      <h2 className="heading">{t('Patch length by threshold')}</h2>
      <Plot label={`${t('Mean patch length against the threshold.')} ${words}.${usual === null ? '' : ` ${t(samples ? 'The model’s own samples: {average}.' : 'Held-out pictures: {average}.', { average: fixed(usual, 2) })}`}`} height={150} data={data} options={curveOptions} marks={marks} />
      <p className="small-print plot-key"><span><i style={{ background: 'var(--accent)' }} />{t('this image')} <b data-figure="curve-point">{fixed(here.pAvg, 2)}</b></span>{holds && <span><i className="dashed" />{samples ? t('the model’s own samples') : t('held-out pictures')} {fixed(usual, 2)}</span>}</p>
    </section>
  );
}

const curveOptions: PlotOptions = (colours, font) => ({
  legend: { show: false }, cursor: { show: false },
  scales: { x: { time: false }, y: { range: (_plot, _low, high) => [1, Math.max(2, high)] } },
  axes: [axis(colours, font, t('threshold, nats'), 28), { ...axis(colours, font, t('mean patch, tokens'), 26), splits: (_plot, _axis, _low, high) => Array.from({ length: Math.floor(high) }, (_, i) => i + 1).filter((n, _i, all) => all.length <= 6 || n === 1 || n % Math.ceil(all.length / 5) === 0) }],
  series: [{}, { stroke: colours.accent, width: 2, points: { show: false } }, { stroke: colours['control-line'], width: 1.5, dash: [4, 3], points: { show: false } }],
});

/** The point in view, and a line at the threshold of the decoded run. */
const pointMarks = (here: { threshold: number; pAvg: number }, decoded: number | null) => (plot: uPlot, colours: PlotColours): void => {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  if (decoded !== null && decoded !== here.threshold) {
    const x = plot.valToPos(decoded, 'x', true);
    ctx.strokeStyle = colours.muted;
    ctx.lineWidth = ratio;
    ctx.setLineDash([ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.fillStyle = colours.accent;
  ctx.beginPath();
  ctx.arc(plot.valToPos(here.threshold, 'x', true), plot.valToPos(here.pAvg, 'y', true), 4.5 * ratio, 0, 2 * Math.PI);
  ctx.fill();
  ctx.restore();
};
