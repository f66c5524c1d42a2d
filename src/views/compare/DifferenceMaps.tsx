import { useRef } from 'react';
import { fixed, integer } from '../../lib/format.ts';
import { meanDifference, pixelDifference, tokenDifference } from '../../state/compare/difference.ts';
import { viridis } from '../../lib/colourMap.ts';
import type { PaintedPicture } from '../../state/run.ts';
import { t } from '../../text/t.ts';
import { useDraw, usePack } from '../context.ts';
import { Overlay } from '../stage/Overlay.tsx';
import type { CompareSession } from './session.ts';

/** Mean difference of a pixel, out of 255, at the top of the colour scale. */
const TOP = 128;

function pixelsOf({ image }: PaintedPicture, size: number): Uint8ClampedArray {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const ctx = canvas.getContext('2d', { willReadFrequently: true })!;
  ctx.drawImage(image, 0, 0, size, size);
  return ctx.getImageData(0, 0, size, size).data;
}

/** How far the two pictures are apart, pixel by pixel, where both are decoded. */
export function PixelDifference({ session: { compare } }: { session: CompareSession }) {
  const size = usePack((state) => state.manifest?.image.size ?? 64);
  const width = usePack((state) => state.manifest?.grid.width ?? 16);
  const canvas = useRef<HTMLCanvasElement>(null);
  const text = useRef<HTMLSpanElement>(null);
  const last = useRef<{ of: readonly unknown[]; difference: Float32Array | null }>({ of: [], difference: null });
  const lastCells = useRef(-1);

  useDraw(() => {
    const ctx = canvas.current?.getContext('2d');
    if (!ctx) return;
    const [one, other] = [compare.getState().sides.a.run.getState().picture, compare.getState().sides.b.run.getState().picture];
    const of = [one?.image, other?.image, size];
    const fresh = of.some((part, i) => part !== last.current.of[i]);
    if (fresh) last.current = { of, difference: one && other ? pixelDifference(pixelsOf(one, size), pixelsOf(other, size)) : null };
    const { difference } = last.current;
    const cells = Math.min(one?.cells ?? 0, other?.cells ?? 0, compare.playback.getState().cursor);
    if (!fresh && cells === lastCells.current) return;
    lastCells.current = cells;
    const image = ctx.createImageData(size, size);
    const cell = size / width;
    difference?.forEach((value, i) => {
      const at = Math.floor(Math.floor(i / size) / cell) * width + Math.floor((i % size) / cell);
      if (at < cells) image.data.set([...viridis(value / TOP), 255], 4 * i);
    });
    ctx.putImageData(image, 0, 0);
    const mean = difference ? meanDifference(difference, size, width, cells) : null;
    const words = mean === null ? t('n/a') : t('mean {mean} of 255', { mean: fixed(mean, 1) });
    if (text.current && text.current.textContent !== words) text.current.textContent = words;
  });

  return (
    <figure className="view">
      <figcaption><span>{t('Pixel difference')}</span><span className="muted" ref={text} data-compare="pixels" /></figcaption>
      <div className="square"><canvas ref={canvas} className="layer pixels" width={size} height={size} role="img" aria-label={t('Difference of the two pictures, pixel by pixel')} /></div>
    </figure>
  );
}

/** Cells whose tokens differ. */
export function TokenDifferenceMap({ session: { compare } }: { session: CompareSession }) {
  const width = usePack((state) => state.manifest?.grid.width ?? 16);
  const canvas = useRef<HTMLCanvasElement>(null);
  const text = useRef<HTMLSpanElement>(null);
  const last = useRef('');

  useDraw(() => {
    const ctx = canvas.current?.getContext('2d');
    if (!ctx) return;
    const [one, other] = [compare.getState().sides.a.shown(), compare.getState().sides.b.shown()];
    const { cursor } = compare.playback.getState();
    const key = `${one.version}/${other.version}/${cursor}`;
    if (key === last.current) return;
    last.current = key;
    const { same, equal } = tokenDifference(one.events, other.events, cursor);
    const image = ctx.createImageData(width, width);
    same.forEach((is, cell) => image.data.set(is ? [120, 130, 145, 70] : [236, 138, 40, 255], 4 * cell));
    ctx.putImageData(image, 0, 0);
    const words = same.length === 0 ? t('n/a') : t('{n} of {all} differ', { n: integer(same.length - equal), all: integer(same.length) });
    if (text.current && text.current.textContent !== words) text.current.textContent = words;
  });

  return (
    <figure className="view">
      <figcaption><span>{t('Token difference')}</span><span className="muted" ref={text} data-compare="tokens" /></figcaption>
      <div className="square">
        <canvas ref={canvas} className="layer pixels" width={width} height={width} role="img" aria-label={t('Cells whose tokens differ are marked')} />
        <Overlay tone="soft" />
      </div>
    </figure>
  );
}
