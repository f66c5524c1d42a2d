import { useEffect, useState } from 'react';
import type { PackFile } from '../../engine/manifest.ts';
import { oncePer } from '../lib/oncePer.ts';
import { packImage } from '../state/packImages.ts';

/** Once for all runs that draw with it. */
const decoded = oncePer((blob: Blob) => createImageBitmap(blob));

/** A sheet of tiles of the pack, decoded; null until it is there, or where it cannot be had. */
export function useSheet(file: PackFile | undefined, manifestUrl: string): ImageBitmap | null {
  const [sheet, setSheet] = useState<{ of: string; bitmap: ImageBitmap } | null>(null);
  useEffect(() => {
    if (!file) return;
    let here = true;
    packImage(file, manifestUrl).then(({ blob }) => decoded(blob))
      .then((bitmap) => here && setSheet({ of: file.sha256, bitmap }), () => undefined);
    return () => { here = false; };
  }, [file, manifestUrl]);
  return sheet && sheet.of === file?.sha256 ? sheet.bitmap : null;
}
