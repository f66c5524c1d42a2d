import { useRef } from 'react';
import { useStore } from 'zustand';
import { originalOf } from '../../state/inspect/deskState.ts';
import { t } from '../../text/t.ts';
import { useDraw, usePack, useRun, useRunView, useStudio, useWorkbench } from '../context.ts';
import { Overlay } from './Overlay.tsx';
import { decodedClip } from './boundaries.ts';
import { late } from '../../ui/late.tsx';

const CoarsePreview = late(() => import('./CoarsePreview.tsx'));

/** The picture, masked to the cells that are both decoded and shown; `original`: the one that its tokens were made of. */
export function PictureView({ original = false }: { original?: boolean }) {
  const view = useRunView();
  const studio = useStudio();
  const { options } = useWorkbench();
  const smooth = useStore(options, (state) => state.smooth);
  const contrast = useStore(options, (state) => state.contrast);
  const size = usePack((state) => state.manifest?.image.size ?? 64);
  const running = useRun((state) => state.phase === 'running');
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef<CanvasImageSource | null>(null);

  useDraw(() => {
    const target = canvas.current;
    if (!target) return;
    const { header, id } = view.run.getState();
    const { picture } = view.shown();
    const width = header?.grid.width ?? 16;
    const image = (original ? originalOf(studio.desk.getState(), id) : null) ?? picture?.image ?? null;
    if (image !== drawn.current) {
      const ctx = target.getContext('2d')!;
      ctx.clearRect(0, 0, target.width, target.height);
      if (image) ctx.drawImage(image, 0, 0, target.width, target.height);
      drawn.current = image;
    }
    const shown = Math.min(view.playback.getState().cursor, picture?.cells ?? 0);
    const clip = decodedClip(shown, width);
    if (target.style.clipPath !== clip) target.style.clipPath = clip;
  });

  return (
    <div className="square">
      {running && <CoarsePreview />}
      <canvas ref={canvas} className={`layer${smooth ? '' : ' pixels'}${contrast ? ' contrast' : ''}`} width={size} height={size} role="img" aria-label={t('Picture decoded so far')} />
      <Overlay tone="soft" />
    </div>
  );
}
