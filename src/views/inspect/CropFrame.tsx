import { useEffect, useRef, type PointerEvent } from 'react';
import { largestCrop, zoomCrop, type Crop } from '../../lib/crop.ts';
import { deskOf } from '../../state/inspect/desk.ts';
import { translated, t } from '../../text/t.ts';
import { Slider } from '../../ui/Slider.tsx';
import { useDesk, usePack, useStudio } from '../context.ts';

/** Long side of the drawing, in pixels. */
const SIDE = 512;

/** The whole picture with the square that is cut out: drag it, or use the sliders. */
export function CropFrame() {
  const desk = deskOf(useStudio());
  const source = useDesk((state) => state.source);
  const crop = useDesk((state) => state.crop);
  const name = translated(useDesk((state) => state.name));
  const size = usePack((state) => state.manifest?.image.size ?? 1);
  const canvas = useRef<HTMLCanvasElement>(null);
  const grip = useRef<{ x: number; y: number; crop: Crop; scale: number } | null>(null);

  useEffect(() => {
    const target = canvas.current;
    if (!target || !source) return;
    const scale = Math.min(1, SIDE / Math.max(source.width, source.height));
    target.width = Math.max(1, Math.round(source.width * scale));
    target.height = Math.max(1, Math.round(source.height * scale));
    const ctx = target.getContext('2d')!;
    ctx.imageSmoothingQuality = 'high';
    ctx.drawImage(source.image, 0, 0, target.width, target.height);
  }, [source]);

  // A picture of just the pack's size is taken whole: there is nothing to choose.
  if (!source || !crop || (source.width === size && source.height === size)) return null;
  const { width, height } = source;
  const percent = (value: number, of: number) => `${(100 * value) / of}%`;
  const press = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    grip.current = { x: event.clientX, y: event.clientY, crop, scale: width / event.currentTarget.parentElement!.clientWidth };
  };
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const from = grip.current;
    if (!from || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    void desk.setCrop({ ...from.crop, x: from.crop.x + (event.clientX - from.x) * from.scale, y: from.crop.y + (event.clientY - from.y) * from.scale });
  };
  const largest = largestCrop(source);
  const room = { x: width - crop.size, y: height - crop.size };
  return (
    <div className="crop">
      <div className="crop-view" style={{ aspectRatio: `${width} / ${height}` }}>
        <canvas ref={canvas} role="img" aria-label={t('{name}, {width} by {height} pixels', { name, width, height })} />
        <div
          className="crop-square" aria-hidden="true" onPointerDown={press} onPointerMove={drag} onPointerUp={() => { grip.current = null; }}
          style={{ left: percent(crop.x, width), top: percent(crop.y, height), width: percent(crop.size, width), height: percent(crop.size, height) }}
        />
      </div>
      <p className="hint">{t('{crop} × {crop} of {width} × {height} pixels, scaled to {size} × {size}', { crop: Math.round(crop.size), width, height, size })}</p>
      {room.x >= 1 && <CropSlider label={t('Crop position, across')} value={crop.x} max={room.x} onChange={(x) => void desk.setCrop({ ...crop, x })} />}
      {room.y >= 1 && <CropSlider label={t('Crop position, down')} value={crop.y} max={room.y} onChange={(y) => void desk.setCrop({ ...crop, y })} />}
      {largest > size && (
        <CropSlider label={t('Crop size')} min={size} value={crop.size} max={largest} onChange={(side) => void desk.setCrop(zoomCrop(crop, side, source, size))} />
      )}
    </div>
  );
}

function CropSlider(props: { label: string; value: number; min?: number; max: number; onChange: (value: number) => void }) {
  const { label, value, min = 0, max, onChange } = props;
  return (
    <div className="crop-slider">
      <span className="setting-name" aria-hidden="true">{label}</span>
      <Slider label={label} value={value} min={min} max={max} step={Math.max(1, Math.round((max - min) / 200))} valueText={t('{n} pixels', { n: Math.round(value) })} onChange={onChange} />
    </div>
  );
}
