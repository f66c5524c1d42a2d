import { useRef } from 'react';
import { viridis } from '../../lib/viridis.ts';
import { useDraw, usePack, useStudio } from '../context.ts';
import { CellGrid } from './CellGrid.tsx';
import { Overlay } from './Overlay.tsx';

/** Entropies as colours, one canvas pixel a cell, stretched by CSS. */
export function EntropyView() {
  const studio = useStudio();
  const width = usePack((state) => state.manifest?.grid.width ?? 16);
  const top = usePack((state) => Math.log(state.manifest?.vocab ?? 1024));
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef('');

  useDraw(() => {
    const ctx = canvas.current?.getContext('2d');
    if (!ctx) return;
    const { events, id } = studio.run.getState();
    const { cursor } = studio.playback.getState();
    const key = `${id}/${cursor}`;
    if (key === last.current) return;
    last.current = key;
    const image = ctx.createImageData(width, width);
    events.slice(0, cursor).forEach((event, cell) => {
      if (event.entropy === null) return;
      image.data.set([...viridis(event.entropy / top), 255], 4 * cell);
    });
    ctx.putImageData(image, 0, 0);
  });

  return (
    <div className="square">
      <span className="no-entropy" style={{ width: `${100 / width}%`, height: `${100 / width}%` }} aria-hidden="true" />
      <canvas ref={canvas} className="layer pixels" width={width} height={width} aria-hidden="true" />
      <Overlay tone="strong" />
      <CellGrid width={width} />
    </div>
  );
}
