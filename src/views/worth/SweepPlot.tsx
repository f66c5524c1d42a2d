import { useCallback, useMemo } from 'react';
import type uPlot from 'uplot';
import type { Manifest, Sweep } from '../../../engine/manifest.ts';
import { fixed, integer } from '../../lib/format.ts';
import { picturesOf, pointAt, sweepPoints, type SweepPoint, type SweepPoints } from '../../state/sweepPoints.ts';
import { rich, symbols } from '../../text/rich.tsx';
import { t } from '../../text/t.ts';
import { axis, Plot, type PlotColours, type PlotOptions } from '../plot/Plot.tsx';

const NAMES = { fid_lite: () => t('FID-lite, lower is better'), token_nats: () => t('nats per token, lower is better') };
const DIGITS = { fid_lite: 2, token_nats: 4 } as const;

/** Measured quality against steps as E_th is raised after training, beside static patches where those were measured (paper, Table 6). `threshold`: E_th to mark, if any. */
export function SweepPlot({ pack, sweep, threshold }: { pack: Manifest; sweep: Sweep; threshold: number | null }) {
  const points = useMemo(() => sweepPoints(sweep), [sweep]);
  const { measure, dynamic, samples } = points;
  const pictures = picturesOf(pack);
  const here = threshold === null ? null : pointAt(dynamic, threshold);
  const data = useMemo(() => dataOf(points), [points]);
  const options = useMemo(() => sweepOptions(points), [points]);
  const marks = useCallback((plot: uPlot, colours: PlotColours) => drawMarks(plot, points, threshold, colours), [points, threshold]);
  const value = (number: number) => fixed(number, DIGITS[measure]);
  const intervalText = ({ interval }: SweepPoint) => (interval ? ` [${value(interval[0])}, ${value(interval[1])}]` : '');
  /** Of how many pictures or samples, and how sure, is said only where it was measured. */
  const hereText = (at: number, { steps, quality, measured }: NonNullable<typeof here>) => {
    const plain = { steps: t('{n} steps', { n: integer(steps) }), quality: measure === 'token_nats' ? t('{value} nats per token', { value: value(quality) }) : `FID-lite ${value(quality)}` };
    if (!measured) return rich('○ E_th {threshold}, interpolated between points: {steps}, {quality}', { threshold: fixed(at, 2), ...plain });
    return rich('○ E_th {threshold}: {steps}, {quality}', {
      threshold: fixed(at, 2),
      steps: pictures === null ? plain.steps : t('{steps} steps (mean of {n} pictures)', { steps: integer(steps), n: integer(pictures) }),
      quality: measure === 'fid_lite' && samples !== null ? t('FID-lite {value} ({n} samples)', { value: `${value(quality)}${intervalText(measured)}`, n: integer(samples) }) : `${plain.quality}${intervalText(measured)}`,
    });
  };
  return (
    <section className="sweep" aria-label={t('Quality against steps')}>
      <h2 className="heading">{t('Quality against steps')}</h2>
      <p className="small-print muted">{rich('E_th raised after training: longer patches, fewer steps. Each point was measured over many pictures.')}</p>
      <Plot label={`${t('Quality against steps')}: ${rows(dynamic, value)}`} height={220} data={data} options={options} marks={marks} />
      <p className="small-print plot-key">
        <span><i style={{ background: 'var(--accent)' }} />{t('Dynamic patches')}</span>
        {points.static.length > 0 ? <span><i style={{ background: 'var(--control-line)' }} />{t('Static patches')}</span> : <span className="muted">{t('Static patches: not measured')}</span>}
        {threshold !== null && <span data-sweep="here">{here ? hereText(threshold, here) : rich('E_th {threshold} lies outside of what was measured', { threshold: fixed(threshold, 2) })}</span>}
      </p>
      <details className="resolution">
        <summary>{t('The points as a table')}</summary>
        <div className="worth-scroll" tabIndex={0} role="group" aria-label={t('The points as a table')}>
          <table>
            <thead><tr><th scope="col">{t('Patches')}</th><th scope="col">{rich('E_th or length')}</th><th scope="col">{symbols('P_avg')}</th><th scope="col">{t('Steps per image')}</th><th scope="col">{NAMES[measure]()}</th></tr></thead>
            <tbody>
              {(['dynamic', 'static'] as const).flatMap((way) => points[way].map((point) => (
                <tr key={`${way} ${point.setting}`}>
                  <th scope="row">{way === 'dynamic' ? t('Dynamic') : t('Static')}</th><td data-label={t('E_th or length')}>{fixed(point.setting, 2)}</td><td data-label="P avg">{fixed(point.pAvg, 2)}</td><td data-label={t('Steps per image')}>{integer(point.steps)}</td>
                  <td data-label={NAMES[measure]()}>{value(point.quality)}{intervalText(point)}</td>
                </tr>
              )))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}

const rows = (points: readonly SweepPoint[], value: (number: number) => string) => points.map(({ setting, steps, quality }) => `E_th ${fixed(setting, 2)}: ${t('{n} steps', { n: integer(steps) })}, ${value(quality)}`).join('; ');

function dataOf({ dynamic, static: still }: SweepPoints): uPlot.AlignedData {
  const steps = [...new Set([...dynamic, ...still].map((point) => point.steps))].sort((a, b) => a - b);
  const line = (points: readonly SweepPoint[]) => steps.map((at) => points.find((point) => point.steps === at)?.quality ?? null);
  return [steps, line(dynamic), line(still)];
}

/** The range of the values and a tenth of it on either side; intervals stay inside. */
function room(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const more = 0.1 * (high - low) || 0.05 * Math.abs(high) || 1;
  return [low - more, high + more];
}

const sweepOptions = (points: SweepPoints): PlotOptions => (colours, font) => {
  const all = [...points.dynamic, ...points.static];
  const dots = { show: true, size: 7 };
  return {
    legend: { show: false }, cursor: { show: false },
    scales: { x: { time: false, range: room(all.map(({ steps }) => steps)) }, y: { range: room(all.flatMap(({ quality, interval }) => [quality, ...(interval ?? [])])) } },
    axes: [axis(colours, font, t('patch-transformer steps per image'), 28), axis(colours, font, NAMES[points.measure](), 44)],
    series: [
      {}, { stroke: colours.accent, width: 2, spanGaps: true, points: { ...dots, fill: colours.accent } },
      { stroke: colours['control-line'], width: 2, dash: [5, 4], spanGaps: true, points: { ...dots, fill: colours['control-line'] } },
    ],
  };
};

/** The intervals of the points, and a ring around the threshold in use. */
function drawMarks(plot: uPlot, points: SweepPoints, threshold: number | null, colours: PlotColours): void {
  const { ctx } = plot;
  const ratio = devicePixelRatio;
  const place = (steps: number, quality: number) => [plot.valToPos(steps, 'x', true), plot.valToPos(quality, 'y', true)] as const;
  ctx.save();
  ctx.lineWidth = 1.5 * ratio;
  for (const [line, colour] of [[points.dynamic, colours.accent], [points.static, colours['control-line']]] as const) {
    ctx.strokeStyle = colour;
    for (const { steps, interval } of line) {
      if (!interval) continue;
      ctx.beginPath();
      ctx.moveTo(...place(steps, interval[0]));
      ctx.lineTo(...place(steps, interval[1]));
      ctx.stroke();
    }
  }
  const here = threshold === null ? null : pointAt(points.dynamic, threshold);
  if (here) {
    ctx.strokeStyle = colours.text;
    ctx.lineWidth = 2 * ratio;
    ctx.beginPath();
    ctx.arc(...place(here.steps, here.quality), 7 * ratio, 0, 2 * Math.PI);
    ctx.stroke();
  }
  ctx.restore();
}
