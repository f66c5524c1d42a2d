import { useEffect, useState } from 'react';
import type { PackFile } from '../../engine/manifest.ts';
import { packImage } from '../state/packImages.ts';

/** CSS value of a picture of the pack; "none" until it is there, or where it cannot be had. */
export function usePackImage(file: PackFile | undefined, manifestUrl: string): string {
  const [image, setImage] = useState<{ of: string; url: string } | null>(null);
  useEffect(() => {
    if (!file) return;
    let here = true;
    packImage(file, manifestUrl).then((url) => here && setImage({ of: file.sha256, url }), () => undefined);
    return () => { here = false; };
  }, [file, manifestUrl]);
  return image && image.of === file?.sha256 ? `url("${image.url}")` : 'none';
}
