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

/** The place in the palette that means "as in the frame before". */
const UNCHANGED = 255;
/** A frame is drawn over the one before it (GIF89a's disposal method 1). */
const STAYS = 1;

/** The decode as a GIF that repeats; each frame holds what has changed. One palette for all of them, from the last: it has every colour. Rejects when aborted. */
export async function encodeGif(film: FilmRun, options: FilmOptions): Promise<Blob> {
  const { colours, ground, onProgress, signal } = options;
  const canvas = new OffscreenCanvas(FILM.width, FILM.height);
  const ctx = canvas.getContext('2d', { willReadFrequently: true })!;
  const pixels = (cursor: number) => {
    drawFrame(ctx, film, cursor, colours, ground);
    return ctx.getImageData(0, 0, FILM.width, FILM.height).data;
  };
  const cursors = frameCursors(film.run.events.length);
  const found = quantize(pixels(cursors.at(-1)!), UNCHANGED);
  const palette = [...found, ...Array.from({ length: UNCHANGED + 1 - found.length }, () => [0, 0, 0])];
  const gif = GIFEncoder();
  let before: Uint8Array | null = null;
  for (const [i, cursor] of cursors.entries()) {
    signal.throwIfAborted();
    const index = applyPalette(pixels(cursor), found);
    const changed = before ? index.map((colour, at) => (colour === before![at] ? UNCHANGED : colour)) : index;
    before = index;
    gif.writeFrame(changed, FILM.width, FILM.height, {
      ...(i === 0 ? { palette } : { transparent: true, transparentIndex: UNCHANGED }), dispose: STAYS, delay: i === cursors.length - 1 ? LAST_MS : FRAME_MS, repeat: 0,
    });
    onProgress((i + 1) / cursors.length);
    await breathe();
  }
  gif.finish();
  return new Blob([gif.bytes()], { type: 'image/gif' });
}
