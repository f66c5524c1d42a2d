import { useRef, type PointerEvent } from 'react';
import { useStore } from 'zustand';
import { patchesAt } from '../../../engine/view.ts';
import { useDraw, usePack, useStudio, useWorkbench } from '../context.ts';
import { lookedAt } from '../cell.ts';
import { brickPath } from './bricks.ts';

/** Patch boundaries and the outlined cell, in cells, over a square view; pointing at a cell looks at it. */
export function Overlay({ tone }: { tone: 'soft' | 'strong' }) {
  const studio = useStudio();
  const { options } = useWorkbench();
  const bricks = useStore(options, (state) => state.bricks);
  const width = usePack((state) => state.manifest?.grid.width ?? 16);
  const shade = useRef<SVGPathElement>(null);
  const lines = useRef<SVGPathElement>(null);
  const cell = useRef<SVGGElement>(null);
  const last = useRef('');

  useDraw(() => {
    const run = studio.run.getState();
    const playback = studio.playback.getState();
    const key = `${run.id}/${playback.cursor}/${bricks}`;
    if (key !== last.current) {
      last.current = key;
      const path = bricks ? brickPath(patchesAt(run.events, playback.cursor, width)) : '';
      shade.current?.setAttribute('d', path);
      lines.current?.setAttribute('d', path);
    }
    const at = lookedAt(run.count, playback);
    cell.current?.setAttribute('visibility', at === null ? 'hidden' : 'visible');
    if (at !== null) cell.current?.setAttribute('transform', `translate(${at % width} ${Math.floor(at / width)})`);
  });

  const look = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * width);
    const row = Math.floor(((event.clientY - box.top) / box.height) * width);
    const index = row * width + column;
    const inside = column >= 0 && row >= 0 && column < width && row < width;
    studio.playback.look(inside && index < studio.playback.getState().cursor ? index : null);
  };

  return (
    <svg
      className={`layer overlay ${tone}`} viewBox={`0 0 ${width} ${width}`} aria-hidden="true"
      onPointerMove={look} onPointerDown={look}
      onPointerLeave={(event) => event.pointerType === 'mouse' && studio.playback.look(null)}
    >
      <path ref={shade} className="brick-shade" />
      <path ref={lines} className="brick-line" />
      <g ref={cell} visibility="hidden">
        <rect className="cell-halo" x="0" y="0" width="1" height="1" />
        <rect className="cell-mark" x="0" y="0" width="1" height="1" />
      </g>
    </svg>
  );
}
