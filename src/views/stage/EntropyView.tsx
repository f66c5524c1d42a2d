import { useRef } from 'react';
import { useStore } from 'zustand';
import { mapColour } from '../../lib/colourMap.ts';
import { mapCentre } from '../../lib/thresholdOf.ts';
import { t } from '../../text/t.ts';
import { useDraw, usePack, useRunView, useStudio, useWorkbench } from '../context.ts';
import { CellGrid } from './CellGrid.tsx';
import { useWithoutEntropies } from '../withoutEntropies.ts';
import { Overlay } from './Overlay.tsx';

/** Entropies as colours, one canvas pixel a cell, stretched by CSS. */
export function EntropyView() {
  const view = useRunView();
  const studio = useStudio();
  const width = usePack((state) => state.manifest?.grid.width ?? 16);
  const top = usePack((state) => Math.log(state.manifest?.vocab ?? 1024));
  const map = useStore(useWorkbench().theme, (state) => state.map);
  const without = useWithoutEntropies();
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef('');

  useDraw(() => {
    const ctx = canvas.current?.getContext('2d');
    if (!ctx) return;
    const { events, version, rules } = view.shown();
    const centre = mapCentre(rules ?? studio.settings.getState().values, top);
    const { cursor } = view.playback.getState();
    const key = `${version}/${cursor}/${map}/${map === 'threshold' ? centre : ''}`;
    if (key === last.current) return;
    last.current = key;
    const image = ctx.createImageData(width, width);
    events.slice(0, cursor).forEach((event, cell) => {
      if (event.entropy === null) return;
      image.data.set([...mapColour(map, event.entropy / top, centre), 255], 4 * cell);
    });
    ctx.putImageData(image, 0, 0);
  });

  return (
    <div className="square">
      <span className="no-entropy" style={{ width: `${100 / width}%`, height: `${100 / width}%` }} aria-hidden="true" />
      <canvas ref={canvas} className="layer pixels" width={width} height={width} aria-hidden="true" />
      {without
        ? <p className="entropy-note"><span>{t('One token per patch: no entropies were computed, none are needed.')}</span></p>
        : <Overlay tone="strong" />}
      <CellGrid key={width} width={width} />
    </div>
  );
}
