import { useEffect, useState, type CSSProperties } from 'react';
import type { PackFile } from '../../engine/manifest.ts';
import { packImage } from '../state/packImages.ts';

/** CSS value of a picture of the pack; "none" until it is there, or where it cannot be had. */
export function usePackImage(file: PackFile | undefined, manifestUrl: string): string {
  const [image, setImage] = useState<{ of: string; url: string } | null>(null);
  useEffect(() => {
    if (!file) return;
    let here = true;
    packImage(file, manifestUrl).then(({ url }) => here && setImage({ of: file.sha256, url }), () => undefined);
    return () => { here = false; };
  }, [file, manifestUrl]);
  return image && image.of === file?.sha256 ? `url("${image.url}")` : 'none';
}

/** Style of a box that shows tile `index` of a sheet of columns x rows tiles, numbered row by row. `image`: a CSS value, as of usePackImage. */
export function tileStyle(image: string, index: number, columns: number, rows: number): CSSProperties {
  const at = (place: number, of: number) => `${(place / Math.max(1, of - 1)) * 100}%`;
  return {
    backgroundImage: image,
    backgroundSize: `${columns * 100}% ${rows * 100}%`,
    backgroundPosition: `${at(index % columns, columns)} ${at(Math.floor(index / columns), rows)}`,
  };
}
