import { StudioError, looksLikeHtml, shardAltered, shardIsHtml, shardMissing } from '../../engine/errors.ts';
import { parseRun, type Run } from '../../engine/log.ts';
import { parseManifest, type Manifest, type PackFile } from '../../engine/manifest.ts';
import { sha256 } from '../../engine/sha256.ts';

const PACK_NAME = /^[a-z0-9][a-z0-9._-]*$/;

/** Address of a pack's manifest next to this page. Throws `pack-missing` for a name that cannot be one. */
export function manifestAddress(name: string, base: string): string {
  if (!PACK_NAME.test(name)) {
    throw new StudioError('pack-missing', `"${name}" is not the name of a pack.`, 'Pack names are small letters, digits, dots and hyphens; correct "pack" in the address or remove it.');
  }
  return new URL(`models/${name}/manifest.json`, base).href;
}

async function get(url: string, path: string, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  let response: Response;
  try {
    response = await fetch(url, { cache: 'no-cache', ...(signal && { signal }) });
  } catch (error) {
    throw new StudioError('pack-missing', `${path} could not be fetched.`, `Check the connection and retry. (${String(error)})`);
  }
  if (response.status === 404) throw shardMissing(path, `HTTP 404 for ${url}`);
  if (!response.ok) throw new StudioError('pack-missing', `${path} could not be fetched: the server answered ${response.status}.`, 'Wait a moment and retry.');
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (looksLikeHtml(bytes)) throw shardIsHtml(path);
  return bytes;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

export async function fetchManifest(name: string, url: string, signal?: AbortSignal): Promise<Manifest> {
  let bytes: Uint8Array;
  try {
    bytes = await get(url, 'manifest.json', signal);
  } catch (error) {
    if (error instanceof StudioError && (error.code === 'shard-missing' || error.code === 'shard-is-html')) {
      throw new StudioError('pack-missing', `There is no pack "${name}" at this address.`, 'Correct "pack" in the address, or build the pack and put its folder beside the page under models/.');
    }
    throw error;
  }
  let json: unknown;
  try {
    json = JSON.parse(text(bytes));
  } catch {
    throw new StudioError('manifest-invalid', 'manifest.json is not valid JSON.', 'Export the pack again, then reload.');
  }
  return parseManifest(json);
}

/** A small file of the pack, checked against the manifest. */
export async function fetchPackFile(file: PackFile, manifestUrl: string, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await get(new URL(file.path, manifestUrl).href, file.path, signal);
  if (bytes.length !== file.bytes || sha256(bytes) !== file.sha256) throw shardAltered(file.path);
  return bytes;
}

export async function fetchRecording(recording: Manifest['recordings'][number], manifestUrl: string): Promise<{ run: Run; picture: ImageBitmap }> {
  const [run, picture] = await Promise.all([fetchPackFile(recording.run, manifestUrl), fetchPackFile(recording.picture, manifestUrl)]);
  return { run: parseRun(JSON.parse(text(run))), picture: await createImageBitmap(new Blob([picture], { type: 'image/png' })) };
}
