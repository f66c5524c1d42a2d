import { looksLikeHtml, PackError, shardIsHtml } from '../engine/errors.ts';
import { parseManifest, type Manifest } from '../engine/manifest.ts';
import { readRecords } from './pack-records.ts';
import { request, type RequestOptions } from './request.ts';
import { overAddresses, TransferError, type RetryOptions } from './retry.ts';

/** Ten thousand times what a manifest needs would still be taken; a file without end would not. */
const MAX_BYTES = 16 * 1024 * 1024;

async function readJson(url: string, options: RequestOptions): Promise<unknown> {
  const response = await request(url, 'manifest.json', { ...options, cache: 'no-cache' });
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (looksLikeHtml(bytes)) throw new TransferError(shardIsHtml('manifest.json'), 'elsewhere');
  if (bytes.length > MAX_BYTES) throw new PackError('manifest-invalid', `manifest.json is ${bytes.length} bytes long, which no pack needs. Export the pack again.`);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new PackError('manifest-invalid', 'manifest.json is not JSON. Export the pack again.', String(cause));
  }
}

/**
 * The manifest at `url`, always asked for anew. Where the network fails, the one kept with this pack's files: the studio
 * works offline, and never with files of another version.
 */
export async function fetchManifest(url: string, options: RequestOptions & RetryOptions = {}): Promise<Manifest> {
  let json: unknown;
  try {
    json = await overAddresses([url], () => readJson(url, options), { tries: 2, ...options });
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof PackError) || error.code !== 'shard-missing') throw error;
    const kept = /^HTTP 4/.test(error.detail ?? '') ? undefined : (await readRecords()).find((record) => record.id === url);
    if (!kept) throw new PackError('pack-missing', `There is no pack at ${url}. Check the address, or upload the pack's whole folder.`, error.detail);
    json = kept.manifest;
  }
  return parseManifest(json);
}
