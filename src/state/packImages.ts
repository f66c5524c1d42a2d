import type { PackFile } from '../../engine/manifest.ts';
import { fetchPackFile } from './packFiles.ts';

const urls = new Map<string, Promise<string>>();

/** Address of a picture of the pack as verified bytes, from the browser's own cache when offline; one for each file. */
export function packImage(file: PackFile, manifestUrl: string): Promise<string> {
  const known = urls.get(file.sha256);
  if (known) return known;
  const url = fetchPackFile(file, manifestUrl).then((bytes) => URL.createObjectURL(new Blob([bytes], { type: 'image/png' })));
  urls.set(file.sha256, url);
  url.catch(() => urls.delete(file.sha256));
  return url;
}
