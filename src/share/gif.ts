import { applyPalette, GIFEncoder, quantize } from 'gifenc';
import { drawFrame, FILM, FRAME_MS, frameCursors, LAST_MS, type FilmRun } from './film.ts';
import type { StripColours } from '../views/strip/draw.ts';

export interface FilmOptions {
  colours: StripColours;
  ground: string;
  onProgress: (share: number) => void;
  signal: AbortSignal;
}

const breathe = () => new Promise((resolve) => setTimeout(resolve));

/** The decode as a GIF that repeats. One palette for all frames, from the last: it has every colour. Rejects when aborted. */
export async function encodeGif(film: FilmRun, options: FilmOptions): Promise<Blob> {
  const { colours, ground, onProgress, signal } = options;
  const canvas = new OffscreenCanvas(FILM.width, FILM.height);
  const ctx = canvas.getContext('2d', { willReadFrequently: true })!;
  const pixels = (cursor: number) => {
    drawFrame(ctx, film, cursor, colours, ground);
    return ctx.getImageData(0, 0, FILM.width, FILM.height).data;
  };
  const cursors = frameCursors(film.run.events.length);
  const palette = quantize(pixels(cursors.at(-1)!), 256);
  const gif = GIFEncoder();
  for (const [i, cursor] of cursors.entries()) {
    signal.throwIfAborted();
    const index = applyPalette(pixels(cursor), palette);
    gif.writeFrame(index, FILM.width, FILM.height, { ...(i === 0 && { palette }), delay: i === cursors.length - 1 ? LAST_MS : FRAME_MS, repeat: 0 });
    onProgress((i + 1) / cursors.length);
    await breathe();
  }
  gif.finish();
  return new Blob([gif.bytes()], { type: 'image/gif' });
}
