import { BufferTarget, CanvasSource, getFirstEncodableVideoCodec, Mp4OutputFormat, Output, QUALITY_HIGH, WebMOutputFormat } from 'mediabunny';
import { drawFrame, FILM, FRAME_MS, frameCursors, LAST_MS, type FilmRun } from './film.ts';
import type { FilmOptions } from './gif.ts';

/** The decode as MP4 (H.264) where the browser encodes it, else as WebM. Null when it encodes neither; rejects when aborted. */
export async function encodeVideo(film: FilmRun, options: FilmOptions): Promise<{ blob: Blob; ending: '.mp4' | '.webm' } | null> {
  const { colours, ground, onProgress, signal } = options;
  const codec = await getFirstEncodableVideoCodec(['avc', 'vp9', 'av1', 'vp8'], { ...FILM });
  if (!codec) return null;
  const mp4 = codec === 'avc';
  const canvas = new OffscreenCanvas(FILM.width, FILM.height);
  const ctx = canvas.getContext('2d')!;
  const target = new BufferTarget();
  const output = new Output({ format: mp4 ? new Mp4OutputFormat() : new WebMOutputFormat(), target });
  const source = new CanvasSource(canvas, { codec, bitrate: QUALITY_HIGH });
  output.addVideoTrack(source, { frameRate: 1000 / FRAME_MS });
  await output.start();
  try {
    const cursors = frameCursors(film.run.events.length);
    // A constant rate plays everywhere: the last frame is held by repeating it.
    const held = [...cursors, ...Array<number>(Math.round(LAST_MS / FRAME_MS)).fill(cursors.at(-1)!)];
    for (const [i, cursor] of held.entries()) {
      signal.throwIfAborted();
      drawFrame(ctx, film, cursor, colours, ground);
      await source.add((i * FRAME_MS) / 1000, FRAME_MS / 1000);
      onProgress((i + 1) / held.length);
    }
    await output.finalize();
  } catch (error) {
    await output.cancel();
    throw error;
  }
  return { blob: new Blob([target.buffer!], { type: mp4 ? 'video/mp4' : 'video/webm' }), ending: mp4 ? '.mp4' : '.webm' };
}
