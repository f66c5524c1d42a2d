import type uPlot from 'uplot';
import type { Stage } from '../../../engine/log.ts';
import { faded } from '../../lib/colours.ts';
import { t } from '../../text/t.ts';
import { axis, type PlotColours, type PlotOptions } from '../plot/Plot.tsx';
import { STAGES } from '../stages.ts';
import { AHEAD, type TimedRun } from './overview.ts';
import { callsOf } from './timeline.ts';

/** CSS pixels. */
const LANE = 20;
const AXIS = 33;

/** Room for the names of lanes at the left. */
function widest(names: readonly string[], font: string): number {
  const pen = document.createElement('canvas').getContext('2d')!;
  pen.font = font;
  return Math.ceil(Math.max(...names.map((name) => pen.measureText(name).width))) + 8;
}

export const callsHeight = (lanes: number) => lanes * LANE + AXIS;

/** The calls of one row of tokens, each as long as it took, a lane for every stage: the first at the top. */
export const calls = (shown: () => TimedRun, lanes: readonly Stage[]): PlotOptions => (colours, font) => {
  const names = lanes.map((stage) => t(STAGES[stage].label)).reverse();
  return {
    legend: { show: false }, cursor: { show: false }, padding: [0, 10, 0, 0],
    scales: { x: { time: false, range: () => [0, spanOf(shown()) || 1] }, y: { range: [0, lanes.length] } },
    axes: [
      { ...axis(colours, font, 'ms', AXIS - 15), grid: { show: false } },
      { ...axis(colours, font, '', 0), size: widest(names, font), labelSize: 0, ticks: { show: false }, splits: () => names.map((_, lane) => lane + 0.5), values: () => names },
    ],
    series: [{}, { show: false }],
    hooks: { draw: [(plot) => drawCalls(plot, shown(), lanes, colours)] },
  };
};

function spanOf({ events, from, to }: TimedRun): number {
  const last = callsOf(events, from, to).at(-1);
  return last ? last.start + last.ms : 0;
}

function drawCalls(plot: uPlot, { events, cursor, from, to }: TimedRun, lanes: readonly Stage[], colours: PlotColours): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save(); // uPlot remembers what it set
  for (const { token, stage, start, ms } of callsOf(events, from, to)) {
    const lane = lanes.indexOf(stage);
    if (lane < 0) continue;
    const [begin, end] = [plot.valToPos(start, 'x', true), plot.valToPos(start + ms, 'x', true)];
    const wide = Math.max(ratio, end - begin - 0.6 * ratio);
    const left = Math.min(begin, bbox.left + bbox.width - wide);
    const top = plot.valToPos(lanes.length - lane, 'y', true);
    const colour = colours[STAGES[stage].colour];
    ctx.fillStyle = token < cursor ? colour : faded(colour, AHEAD);
    ctx.fillRect(left, top + 3 * ratio, wide, (LANE - 7) * ratio);
    if (token !== cursor - 1) continue;
    ctx.strokeStyle = colours.text;
    ctx.lineWidth = ratio;
    ctx.strokeRect(left + ratio / 2, top + 2.5 * ratio, Math.max(ratio, wide - ratio), (LANE - 6) * ratio);
  }
  ctx.restore();
}
