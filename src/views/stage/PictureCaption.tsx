import { useStore } from 'zustand';
import { fixed } from '../../lib/format.ts';
import { t } from '../../text/t.ts';
import { useDesk, usePack, useRun, useRunView, useStudio, useWorkbench } from '../context.ts';
import { late } from '../../ui/late.tsx';

const PictureSides = late(() => import('./PictureSides.tsx'));

/** What the picture is; for a picture of the person's own, which side of the tokenizer, and how well the tokens rebuild it. */
export function PictureCaption() {
  const { options } = useWorkbench();
  const size = usePack((state) => state.manifest?.image.size);
  const id = useRun((state) => state.id);
  // Another view, as the guide's, counts its runs by itself.
  const page = useRunView() === useStudio().view;
  const own = useDesk((state) => state.runId === id) && page;
  const psnr = useDesk((state) => state.psnr);
  const original = useStore(options, (state) => state.original);
  if (!own || psnr === null) return <><span>{t('Image')}</span>{size && <span className="muted">{t('{size} × {size} pixels', { size })}</span>}</>;
  return (
    <>
      <span>{original ? t('Original') : t('Reconstructed')} <span className="muted" data-figure="psnr">{fixed(psnr, 1)} dB PSNR</span></span>
      <PictureSides />
    </>
  );
}
