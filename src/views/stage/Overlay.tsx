import { useRef, type MouseEvent, type PointerEvent } from 'react';
import { useStore } from 'zustand';
import { patchesAt, patchOf } from '../../../engine/view.ts';
import { useDraw, useEdit, usePack, useRunView, useWhatIf, useWorkbench } from '../context.ts';
import { lookedAt } from '../cell.ts';
import { atRest } from './rest.ts';
import { Cased, setPath } from './Cased.tsx';
import { boundaryPath, edgePath, outlinePath, restPath, singleCells } from './boundaries.ts';

/** Outlines stand inside their cells, by this share of a cell: at the edge of the map nothing of them is cut off. */
const INSET = 0.1;

/** Patch boundaries, and the outlined cell with its patch, in cells, over a square view; pointing at a cell looks at it, a click or tap pins or paints it. */
export function Overlay({ tone }: { tone: 'soft' | 'strong' }) {
  const runView = useRunView();
  const { options } = useWorkbench();
  const { edit, shown, whatIf } = runView;
  const bricks = useStore(options, (state) => state.bricks);
  const cells = useStore(options, (state) => state.draws === 'cells');
  const compare = useWhatIf((state) => state.compare && state.rules !== null);
  const painting = useEdit((state) => state.brush !== null);
  const width = usePack((state) => state.manifest?.grid.width ?? 16);
  const root = useRef<SVGSVGElement>(null);
  const edges = useRef<SVGGElement>(null);
  const patch = useRef<SVGPathElement>(null);
  const gone = useRef<SVGGElement>(null);
  const added = useRef<SVGGElement>(null);
  const rest = useRef<SVGPathElement>(null);
  const cell = useRef<SVGGElement>(null);
  const last = useRef('');

  useDraw(() => {
    const view = shown();
    const playback = runView.playback.getState();
    const key = `${view.version}/${playback.cursor}/${bricks}/${cells}/${whatIf.getState().compare}`;
    if (key !== last.current) {
      last.current = key;
      const shownTo = Math.min(playback.cursor, view.known);
      setPath(edges.current, bricks ? boundaryPath(cells ? singleCells(shownTo, width) : patchesAt(view.events, shownTo, width), width) : '');
      setPath(gone.current, compare ? edgePath(view.decoded, view.events, shownTo, width) : '');
      setPath(added.current, compare ? edgePath(view.events, view.decoded, shownTo, width) : '');
      rest.current?.setAttribute('d', view.edited ? restPath(view.keep, view.events.length, width) : '');
    }
    const at = lookedAt(view.events.length, playback);
    cell.current?.setAttribute('visibility', at === null ? 'hidden' : 'visible');
    if (at !== null) cell.current?.setAttribute('transform', `translate(${at % width} ${Math.floor(at / width)})`);
    const around = at === null ? undefined : patchOf(view.events, at, playback.cursor, width);
    patch.current?.setAttribute('d', around && !cells ? outlinePath(around, INSET) : '');
    root.current?.classList.toggle('at-rest', atRest(runView));
  });

  /** The last press was a mouse's; any other pointer's may be the start of scrolling, until it turns out to be a tap. */
  const byMouse = useRef(true);
  const cellAt = (event: MouseEvent<SVGSVGElement>): number | null => {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * width);
    const row = Math.floor(((event.clientY - box.top) / box.height) * width);
    const inside = column >= 0 && row >= 0 && column < width && row < width;
    const index = row * width + column;
    return inside && index < runView.playback.getState().cursor ? index : null;
  };
  const paint = (index: number | null) => {
    const { brush } = edit.getState();
    if (brush !== null && index !== null) edit.put(index, brush);
  };
  const move = (event: PointerEvent<SVGSVGElement>) => {
    const index = cellAt(event);
    if (event.pointerType === 'mouse' || event.buttons === 0 || painting) runView.playback.look(index);
    if (event.buttons === 1) paint(index);
  };
  const press = (event: PointerEvent<SVGSVGElement>) => {
    byMouse.current = event.pointerType === 'mouse';
    if (event.button !== 0) return;
    const index = cellAt(event);
    if (painting) return paint(index);
    if (!byMouse.current) return;
    runView.playback.pinCell(index);
    runView.playback.look(index);
  };
  /** A tap always chooses: there is no hovering to come back to. */
  const tap = (event: MouseEvent<SVGSVGElement>) => {
    if (byMouse.current || painting) return;
    const index = cellAt(event);
    if (index !== runView.playback.getState().pin) runView.playback.pinCell(index);
    runView.playback.look(null);
  };

  return (
    <svg
      ref={root} className={`layer overlay ${tone}${painting ? ' painting' : ''}`} viewBox={`0 0 ${width} ${width}`} aria-hidden="true"
      onPointerMove={move} onPointerDown={press} onClick={tap}
      onPointerLeave={(event) => event.pointerType !== 'touch' && runView.playback.look(null)}
    >
      <path ref={rest} className="rest" />
      {tone === 'soft' ? <Cased ref={edges} className="edges" /> : <g ref={edges} className="edges"><path /></g>}
      <Cased ref={added} className="edge-added" />
      <Cased ref={gone} className="edge-gone" />
      <path ref={patch} className="patch-mark" />
      <g ref={cell} className="cell-mark" visibility="hidden">
        <rect x={INSET} y={INSET} width={1 - 2 * INSET} height={1 - 2 * INSET} className="halo" />
        <rect x={INSET} y={INSET} width={1 - 2 * INSET} height={1 - 2 * INSET} />
      </g>
    </svg>
  );
}
