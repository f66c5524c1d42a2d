import { useRef } from 'react';
import { useDraw, usePack, useRunView } from '../context.ts';
import { useSheet } from '../useSheet.ts';
import { coarseCells } from './coarseCells.ts';

/** How much of a guess is seen. */
const PALE = 0.35;

/**
 * Cells that are decoded and not yet painted, each as its code looks alone: where painting is slow, tokens do not wait for it. After
 * them, pale, guesses at the next tokens, as each pass leaves them.
 */
export default function CoarsePreview() {
  const view = useRunView();
  const manifest = usePack((state) => state.manifest);
  const url = usePack((state) => state.manifestUrl);
  const sheet = useSheet(manifest?.codebook.tiles, url);
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef('');

  useDraw(() => {
    const target = canvas.current;
    if (!target || !sheet || !manifest) return;
    const { count, drafts } = view.run.getState();
    const { events, picture, version } = view.shown();
    const { width } = manifest.grid;
    // They are those of now: where the cursor looks back there are none.
    const guesses = view.playback.getState().cursor >= count ? drafts : [];
    const [from, to] = coarseCells(view.run.getState(), picture?.cells ?? 0, view.playback.getState().cursor, guesses.length > 0 ? 1 : width);
    const now = `${version} ${from} ${to} ${guesses.join()}`;
    if (now === drawn.current) return;
    drawn.current = now;
    const { tile, columns } = manifest.codebook;
    const cell = target.width / width;
    const ctx = target.getContext('2d')!;
    ctx.clearRect(0, 0, target.width, target.height);
    const draw = (t: number, token: number) => ctx.drawImage(sheet, (token % columns) * tile, Math.floor(token / columns) * tile, tile, tile, (t % width) * cell, Math.floor(t / width) * cell, cell, cell);
    for (let t = from; t < to; t++) draw(t, events[t]!.token);
    ctx.globalAlpha = PALE;
    for (const [i, token] of guesses.entries()) draw(count + i, token);
    ctx.globalAlpha = 1;
  });

  const size = manifest?.image.size ?? 64;
  return <canvas ref={canvas} className="layer coarse" width={size} height={size} aria-hidden="true" />;
}
