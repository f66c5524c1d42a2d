import { useEffect, useMemo, useRef, type KeyboardEvent } from 'react';
import { colourOrder, meanColours } from '../../lib/colourOrder.ts';
import { t } from '../../text/t.ts';
import { usePack } from '../context.ts';
import { useSheet } from '../useSheet.ts';

/** Tiles of a sheet in another order, and the order: code of each place. By number where the sheet's pixels cannot be read. */
function sorted(sheet: ImageBitmap, tile: number, columns: number, count: number): { canvas: HTMLCanvasElement; order: number[] } {
  const canvas = document.createElement('canvas');
  canvas.width = columns * tile;
  canvas.height = Math.ceil(count / columns) * tile;
  const ctx = canvas.getContext('2d', { willReadFrequently: true })!;
  ctx.drawImage(sheet, 0, 0);
  const order = colourOrder(meanColours(ctx.getImageData(0, 0, canvas.width, canvas.height).data, tile, columns, count), columns);
  ctx.clearRect(0, 0, canvas.width, canvas.height);
  for (const [place, code] of order.entries()) {
    ctx.drawImage(sheet, (code % columns) * tile, Math.floor(code / columns) * tile, tile, tile, (place % columns) * tile, Math.floor(place / columns) * tile, tile, tile);
  }
  return { canvas, order };
}

/** The codebook sorted by colour, to pick from: pointer, or arrow keys. Hue from left to right, light above dark. */
export function Palette({ chosen, onChoose }: { chosen: number | null; onChoose: (token: number) => void }) {
  const manifest = usePack((state) => state.manifest);
  const url = usePack((state) => state.manifestUrl);
  const sheet = useSheet(manifest?.codebook.tiles, url);
  const target = useRef<HTMLCanvasElement>(null);
  const { columns, tile } = manifest?.codebook ?? { columns: 1, tile: 1 };
  const vocab = manifest?.vocab ?? 0;
  const codes = useMemo(() => sheet && sorted(sheet, tile, columns, vocab), [sheet, tile, columns, vocab]);
  useEffect(() => {
    if (codes) target.current?.getContext('2d')?.drawImage(codes.canvas, 0, 0);
  }, [codes]);
  if (!manifest) return null;
  const rows = Math.ceil(vocab / columns);
  const at = chosen === null ? 0 : codes?.order.indexOf(chosen) ?? chosen;
  const choose = (place: number) => place >= 0 && place < vocab && onChoose(codes?.order[place] ?? place);
  const keys = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -at, End: vocab - 1 - at };
    const by = moves[event.key];
    if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    choose(at + by);
  };
  return (
    <>
      <p className="muted">{t('Pick a code, then draw over cells of the picture or the map. Codes are sorted by colour; I takes the code of a cell.')}</p>
      <div
        className="palette" role="slider" tabIndex={0} aria-label={t('Code to paint with')} aria-valuemin={0} aria-valuemax={vocab - 1} aria-valuenow={at} aria-valuetext={chosen === null ? t('none chosen') : t('code {chosen}', { chosen })}
        style={{ aspectRatio: `${columns} / ${rows}` }}
        onKeyDown={keys}
        onPointerDown={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          choose(Math.floor(((event.clientY - box.top) / box.height) * rows) * columns + Math.floor(((event.clientX - box.left) / box.width) * columns));
        }}
      >
        <canvas ref={target} className="layer pixels" width={columns * tile} height={rows * tile} aria-hidden="true" />
        {chosen !== null && <span className="palette-mark" style={{ left: `${(100 * (at % columns)) / columns}%`, top: `${(100 * Math.floor(at / columns)) / rows}%`, width: `${100 / columns}%`, height: `${100 / rows}%` }} />}
      </div>
    </>
  );
}
