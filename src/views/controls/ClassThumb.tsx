import type { Manifest } from '../../../engine/manifest.ts';
import { usePack } from '../context.ts';
import { tileStyle, usePackImage } from '../packImage.ts';

/** The pack's picture of a class; nothing where it has none. */
export function ClassThumb({ manifest, index }: { manifest: Manifest; index: number }) {
  const url = usePack((state) => state.manifestUrl);
  const sheet = usePackImage(manifest.thumbnails.file, url);
  const { columns, classes } = manifest.thumbnails;
  const place = classes ? classes.indexOf(index) : index;
  if (place < 0) return null;
  const rows = Math.ceil((classes?.length ?? manifest.classes.length) / columns);
  return <span className="thumb" aria-hidden="true" style={tileStyle(sheet, place, columns, rows)} />;
}
