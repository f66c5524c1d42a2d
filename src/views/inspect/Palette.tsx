import type { KeyboardEvent } from 'react';
import { t } from '../../text/t.ts';
import { usePack } from '../context.ts';
import { usePackImage } from '../packImage.ts';

/** The codebook as one picture to pick from: pointer, or arrow keys and Enter. */
export function Palette({ chosen, onChoose }: { chosen: number | null; onChoose: (token: number) => void }) {
  const manifest = usePack((state) => state.manifest);
  const url = usePack((state) => state.manifestUrl);
  const image = usePackImage(manifest?.codebook.tiles, url);
  if (!manifest) return null;
  const { columns } = manifest.codebook;
  const rows = Math.ceil(manifest.vocab / columns);
  const at = chosen ?? 0;
  const choose = (token: number) => token >= 0 && token < manifest.vocab && onChoose(token);
  const keys = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -at, End: manifest.vocab - 1 - at };
    const by = moves[event.key];
    if (by === undefined) return;
    event.preventDefault();
    choose(at + by);
  };
  return (
    <>
      <p className="muted">{t('Pick a code, then draw over cells of the picture or the map.')}</p>
      <div
        className="palette" role="slider" tabIndex={0} aria-label={t('Code to paint with')} aria-valuemin={0} aria-valuemax={manifest.vocab - 1} aria-valuenow={at} aria-valuetext={chosen === null ? t('none chosen') : t('code {chosen}', { chosen })}
        style={{ aspectRatio: `${columns} / ${rows}`, backgroundImage: image }}
        onKeyDown={keys}
        onPointerDown={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          choose(Math.floor(((event.clientY - box.top) / box.height) * rows) * columns + Math.floor(((event.clientX - box.left) / box.width) * columns));
        }}
      >
        {chosen !== null && <span className="palette-mark" style={{ left: `${(100 * (chosen % columns)) / columns}%`, top: `${(100 * Math.floor(chosen / columns)) / rows}%`, width: `${100 / columns}%`, height: `${100 / rows}%` }} />}
      </div>
    </>
  );
}
