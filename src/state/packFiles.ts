import { PackError, StudioError } from '../../engine/errors.ts';
import { parseRun, type Run } from '../../engine/log.ts';
import type { Manifest, PackFile } from '../../engine/manifest.ts';
import { downloadFile } from '../../packs/download.ts';
import { fetchManifest as fetchAnyManifest } from '../../packs/fetch-manifest.ts';
import { localFiles } from '../../packs/local-files.ts';
import { localPackFiles } from './localPacks.ts';

const PACK_NAME = /^[a-z0-9][a-z0-9._-]*$/;

/** Address of a pack's manifest next to this page. Throws `pack-missing` for a name that cannot be one. */
export function manifestAddress(name: string, base: string): string {
  if (!PACK_NAME.test(name)) {
    throw new StudioError('pack-missing', `"${name}" is not the name of a pack.`, 'Pack names are small letters, digits, dots and hyphens; correct "pack" in the address or remove it.');
  }
  return new URL(`models/${name}/manifest.json`, base).href;
}

export async function fetchManifest(name: string, url: string, signal?: AbortSignal): Promise<Manifest> {
  try {
    return await fetchAnyManifest(url, signal && { signal });
  } catch (error) {
    if (error instanceof PackError && (error.code === 'pack-missing' || error.code === 'shard-is-html')) {
      if (error.detail && !error.detail.startsWith('HTTP 4')) throw new StudioError('pack-missing', `The manifest of the pack "${name}" could not be fetched.`, `Check the connection and retry. (${error.detail})`);
      throw new StudioError('pack-missing', `There is no pack "${name}" at this address.`, 'Correct "pack" in the address, or build the pack and put its folder beside the page under models/.');
    }
    throw error;
  }
}

/** A small file of the pack, checked against the manifest; kept, so that it is there offline too. */
export async function fetchPackFile(file: PackFile, manifestUrl: string, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const local = localPackFiles(manifestUrl);
  return (await downloadFile(manifestUrl, file, { ...(signal && { signal }), ...(local && { cache: localFiles(local) }) })).bytes;
}

export async function fetchRecording(recording: Manifest['recordings'][number], manifestUrl: string): Promise<{ run: Run; picture: ImageBitmap }> {
  const [run, picture] = await Promise.all([fetchPackFile(recording.run, manifestUrl), fetchPackFile(recording.picture, manifestUrl)]);
  return { run: parseRun(JSON.parse(new TextDecoder().decode(run))), picture: await createImageBitmap(new Blob([picture], { type: 'image/png' })) };
}
