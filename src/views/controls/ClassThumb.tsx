import type { Manifest } from '../../../engine/manifest.ts';
import { usePack } from '../context.ts';
import { usePackImage } from '../packImage.ts';

/** The pack's picture of a class; nothing where it has none. */
export function ClassThumb({ manifest, index }: { manifest: Manifest; index: number }) {
  const url = usePack((state) => state.manifestUrl);
  const sheet = usePackImage(manifest.thumbnails.file, url);
  const { columns, classes } = manifest.thumbnails;
  const place = classes ? classes.indexOf(index) : index;
  if (place < 0) return null;
  const rows = Math.ceil((classes?.length ?? manifest.classes.length) / columns);
  const at = (position: number, count: number) => (count > 1 ? `${(100 * position) / (count - 1)}%` : '0');
  return (
    <span
      className="thumb" aria-hidden="true"
      style={{
        backgroundImage: sheet, backgroundSize: `${columns * 100}% ${rows * 100}%`,
        backgroundPosition: `${at(place % columns, columns)} ${at(Math.floor(place / columns), rows)}`,
      }}
    />
  );
}
