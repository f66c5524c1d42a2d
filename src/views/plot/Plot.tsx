import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { canvasFont, letterScale } from '../../lib/canvasFont.ts';
import { resolveColours } from '../../lib/colours.ts';
import { decimal } from '../../text/t.ts';
import { useDraw, useWorkbench } from '../context.ts';
import 'uplot/dist/uPlot.min.css';
import './plot.css';

const NAMES = [
  'text', 'muted', 'line', 'accent', 'well', 'surprise', 'forced', 'joins', 'control-line',
  'stage-entropy', 'stage-encoder', 'stage-patch', 'stage-decoder', 'stage-sampling', 'stage-wait',
] as const;
export type PlotColours = Record<(typeof NAMES)[number], string>;

/** About as wide as a sheet between its margins: letters stay legible there. CSS pixels. */
const PAPER = 680;

export interface PlotProps {
  /** What the plot shows, with its main values, for those who cannot see it. */
  label: string;
  /** At letters of a usual size; larger ones take more. CSS pixels. */
  height: number;
  data: uPlot.AlignedData;
  /** Everything but the size; made anew with every theme. Has to stay the same function while nothing in it changes. */
  options: PlotOptions;
  /** Marks on the plot: another function draws other ones, and the plot stays as it is. */
  marks?: (plot: uPlot, colours: PlotColours) => void;
  /** Called with the plot in every frame of the page: for what is drawn outside React. */
  onFrame?: (plot: uPlot) => void;
}

export type PlotOptions = (colours: PlotColours, font: string) => Omit<uPlot.Options, 'width' | 'height'>;

/** A uPlot in the colours of the page, as wide as its place. */
export function Plot({ label, height: usual, data, options, marks, onFrame }: PlotProps) {
  const { theme } = useWorkbench();
  const height = Math.round(usual * letterScale());
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(data);

  useEffect(() => {
    latest.current = data;
    plot.current?.setData(data);
  }, [data]);

  const drawMarks = useRef(marks);
  useEffect(() => {
    if (drawMarks.current === marks) return;
    drawMarks.current = marks;
    plot.current?.redraw(false);
  }, [marks]);

  const drawNow = useDraw(() => {
    if (plot.current) onFrame?.(plot.current);
  });

  useEffect(() => {
    const target = box.current!;
    const make = () => {
      plot.current?.destroy();
      const { printing } = theme.getState();
      const colours = resolveColours(target, NAMES);
      const font = canvasFont(target);
      const { hooks, ...rest } = options(colours, font);
      const draw = (made: uPlot) => drawMarks.current?.(made, colours);
      plot.current = new uPlot({ ...rest, hooks: { ...hooks, draw: [...(hooks?.draw ?? []), draw] }, width: printing ? Math.min(target.clientWidth, PAPER) : target.clientWidth, height }, latest.current, target);
      drawNow();
    };
    make();
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: target.clientWidth, height }));
    observer.observe(target);
    const end = theme.subscribe(make);
    return () => {
      observer.disconnect();
      end();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [drawNow, height, options, theme]);

  return <div ref={box} className="plot" role="img" aria-label={label} style={{ height }} />;
}

/** Steps between ticks: 1, 2 or 5 times a power of ten. */
const ROUND = Array.from({ length: 16 }, (_, i) => [1, 2, 5].map((step) => Number(`${step}e${i - 6}`))).flat();

/** An axis in the page's colours, few ticks; `size`, in CSS pixels, grows with the letters. */
export const axis = (colours: PlotColours, font: string, label: string, size: number): uPlot.Axis => ({
  stroke: colours.muted, font, label, labelFont: font, labelSize: 15 * letterScale(), size: size * letterScale(), gap: 3, incrs: ROUND,
  values: (_plot, splits) => splits.map((value: number | null) => (value === null ? '' : decimal(String(Number(value.toPrecision(6)))))),
  grid: { stroke: colours.line, width: 1 }, ticks: { stroke: colours.line, width: 1, size: 3 },
});
