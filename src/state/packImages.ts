import type { PackFile } from '../../engine/manifest.ts';
import { fetchPackFile } from './packFiles.ts';

export interface PackImage {
  blob: Blob;
  /** Its address, for CSS. */
  url: string;
}

const images = new Map<string, Promise<PackImage>>();

/** A picture of the pack as verified bytes, from the browser's own cache when offline; one for each file. */
export function packImage(file: PackFile, manifestUrl: string): Promise<PackImage> {
  const known = images.get(file.sha256);
  if (known) return known;
  const image = fetchPackFile(file, manifestUrl).then((bytes) => {
    const blob = new Blob([bytes], { type: 'image/png' });
    return { blob, url: URL.createObjectURL(blob) };
  });
  images.set(file.sha256, image);
  image.catch(() => images.delete(file.sha256));
  return image;
}
