import uPlot from 'uplot';
import type { Stage, TokenEvent } from '../../../engine/log.ts';
import { faded } from '../../lib/colours.ts';
import { axis, type PlotColours, type PlotOptions } from '../plot/Plot.tsx';
import { STAGES } from '../stages.ts';
import { scaleTop, tokenMs } from './timeline.ts';

/** A run, how far it is shown, and the tokens whose calls are drawn. */
export interface TimedRun {
  events: readonly TokenEvent[];
  cursor: number;
  /** Tokens [from, to) of the row whose calls are drawn below. */
  from: number;
  to: number;
}

export const AHEAD = 0.25;
/** Room for the scale at the left. CSS pixels. */
const SCALE = 40;

/** Milliseconds of every token, one bar each, its stages on top of each other. */
export const overview = (shown: () => TimedRun, tokens: number, gridWidth: number, lanes: readonly Stage[]): PlotOptions => (colours, font) => {
  const every = gridWidth * Math.max(1, Math.ceil(tokens / gridWidth / 8));
  const nothing = new Array<number>(tokens).fill(0);
  return {
    legend: { show: false }, cursor: { show: false }, padding: [8, 10, 0, 0],
    scales: { x: { time: false, range: () => [-0.5, tokens - 0.5] }, y: { range: () => [0, scaleTop(shown().events)] } },
    axes: [
      { ...axis(colours, font, '', 18), labelSize: 0, grid: { show: false }, splits: () => Array.from({ length: Math.ceil(tokens / every) }, (_, i) => i * every), values: (_plot, at) => at.map((token) => String(token + 1)) },
      { ...axis(colours, font, 'ms', SCALE - 15), space: 22 },
    ],
    series: [{}, ...lanes.map((stage): uPlot.Series => ({ width: 0, points: { show: false }, paths: bars(shown, colours[STAGES[stage].colour], nothing) }))],
    hooks: {
      drawClear: [(plot) => markRow(plot, shown(), colours)],
      draw: [(plot) => markCut(plot, shown(), colours), (plot) => markCursor(plot, shown(), colours)],
    },
  };
};

function bars(shown: () => TimedRun, colour: string, nothing: number[]): uPlot.Series.PathBuilder {
  const ahead = faded(colour, AHEAD);
  return uPlot.paths.bars!({
    size: [0.8], disp: {
      y0: { unit: 1, values: (plot, lane) => (lane === 1 ? nothing : plot.data[lane - 1] as number[]) },
      y1: { unit: 1, values: (plot, lane) => plot.data[lane] as number[] },
      fill: {
        unit: 3, values: (plot) => {
          const { cursor } = shown();
          return Array.from(plot.data[0], (_, token) => (token < cursor ? colour : ahead));
        },
      },
    },
  });
}

function markRow({ ctx, bbox, valToPos }: uPlot, { from, to }: TimedRun, colours: PlotColours): void {
  const [left, right] = [valToPos(from - 0.5, 'x', true), valToPos(to - 0.5, 'x', true)];
  ctx.save();
  ctx.fillStyle = colours.well;
  ctx.fillRect(left, bbox.top, Math.min(right, bbox.left + bbox.width) - left, bbox.height);
  ctx.restore();
}

/** A small arrow over each bar that is cut off at the top. */
function markCut({ ctx, bbox, valToPos }: uPlot, { events }: TimedRun, colours: PlotColours): void {
  const top = scaleTop(events);
  const half = 2.5 * devicePixelRatio;
  ctx.save();
  ctx.fillStyle = colours.text;
  for (const event of events) {
    if (tokenMs(event) <= top) continue;
    const x = valToPos(event.t, 'x', true);
    ctx.beginPath();
    ctx.moveTo(x - half, bbox.top - half / 2);
    ctx.lineTo(x + half, bbox.top - half / 2);
    ctx.lineTo(x, bbox.top - 2.5 * half);
    ctx.fill();
  }
  ctx.restore();
}

function markCursor({ ctx, bbox, valToPos }: uPlot, { cursor }: TimedRun, colours: PlotColours): void {
  const wide = 1.5 * devicePixelRatio;
  ctx.save();
  ctx.fillStyle = colours.text;
  ctx.fillRect(Math.min(bbox.left + bbox.width - wide, valToPos(cursor - 0.5, 'x', true) - wide / 2), bbox.top, wide, bbox.height);
  ctx.restore();
}
