import { useMemo } from 'react';
import type uPlot from 'uplot';
import { fixed } from '../../lib/format.ts';
import { surprisesOf } from '../../lib/surprise.ts';
import { t } from '../../text/t.ts';
import { useFrameEvery, useRunView } from '../context.ts';
import { axis, Plot, type PlotColours, type PlotOptions } from '../plot/Plot.tsx';

const HEIGHT = 150;

/** Whether the entropy model foresees what is hard: the surprise of each token against its entropy, with the mean of every nat. */
export function SurprisePlot() {
  useFrameEvery(250);
  const { events } = useRunView().shown();
  const count = events.length;
  const found = useMemo(() => surprisesOf(events.slice(0, count)), [events, count]);
  const data = useMemo((): uPlot.AlignedData => [found?.points.map(([x]) => x) ?? [], found?.points.map(([, y]) => y) ?? []], [found]);
  const marks = useMemo(() => meansMarks(found?.means ?? []), [found]);
  if (!found) return null;
  const [entropy, surprise, correlation] = [fixed(found.entropy, 2), fixed(found.surprise, 2), fixed(found.correlation, 2)];
  return (
    <section className="histogram" title={t('Surprise is −ln p of the token that was drawn, with the class, before guidance, temperature and filters.')}>
      <h2 className="heading">{t('Entropy and surprise')}</h2>
      <Plot label={t('Surprise of every token against its entropy. Means: entropy {entropy}, surprise {surprise} nats; correlation {correlation}.', { entropy, surprise, correlation })} height={HEIGHT} data={data} options={options} marks={marks} />
      <p className="small-print plot-key"><span><i style={{ background: 'var(--accent)' }} />{t('mean surprise')} <b data-figure="mean-surprise">{surprise}</b></span><span>{t('correlation')} <b data-figure="correlation">{correlation}</b></span></p>
    </section>
  );
}

const options: PlotOptions = (colours, font) => ({
  legend: { show: false }, cursor: { show: false },
  scales: { x: { time: false, range: (_plot, _low, high) => [0, Math.max(1, high)] }, y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.05)] } },
  axes: [axis(colours, font, t('entropy, nats'), 28), axis(colours, font, t('surprise, nats'), 26)],
  series: [{}, { paths: () => null, points: { show: true, size: 3.5, width: 0, fill: colours.joins, stroke: colours.joins } }],
});

/** The means, joined by a line. */
const meansMarks = (means: readonly (readonly [number, number])[]) => (plot: uPlot, colours: PlotColours): void => {
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = colours.accent;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  for (const [x, y] of means) ctx.lineTo(plot.valToPos(x, 'x', true), plot.valToPos(y, 'y', true));
  ctx.stroke();
  ctx.restore();
};
