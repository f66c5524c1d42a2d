import { PackError } from '../engine/errors.ts';
import { inMegabytes, say, type Phrase } from '../engine/phrase.ts';
import { parseJson } from '../engine/json.ts';
import { filesOf } from '../engine/manifest-files.ts';
import { parseManifest, type Manifest } from '../engine/manifest.ts';
import { MAX_MANIFEST_BYTES } from './small-file.ts';
import { unzipWithin } from './unzip-within.ts';

export const MAX_FILES = 2048;
export const MAX_PACK_BYTES = 2_000_000_000;
const MANIFEST = 'manifest.json';

/** A pack from a folder or zip: its manifest, and the files it names by hash. Not verified yet: that is done on use. */
export interface LocalPack {
  manifest: Manifest;
  files: Record<string, Blob>;
}

const refused = (why: Phrase) => new PackError('pack-refused', say`This pack is not opened: ${why}.`, say`Take the pack from another source, or export it again.`);

const tooMany = say`it has more than ${MAX_FILES} files`;

/** Throws `pack-refused` for a name that leads out of the pack's folder. */
function checkPath(path: string): void {
  if (path.startsWith('/') || path.includes('\\') || path.includes(':') || path.includes('\0') || path.split('/').includes('..')) {
    throw refused(say`it names a file outside its folder, "${path.slice(0, 80)}"`);
  }
}

/** A pack from its files by path. The manifest may lie in a folder; the paths it names are below that. */
export async function readPack(entries: ReadonlyMap<string, Blob>): Promise<LocalPack> {
  if (entries.size > MAX_FILES) throw refused(tooMany);
  let total = 0;
  for (const [path, blob] of entries) {
    checkPath(path);
    total += blob.size;
  }
  if (total > MAX_PACK_BYTES) throw refused(say`it is larger than ${inMegabytes(MAX_PACK_BYTES)} MB`);
  const manifests = [...entries.keys()].filter((path) => path === MANIFEST || path.endsWith(`/${MANIFEST}`)).sort((a, b) => a.length - b.length);
  const place = manifests[0];
  if (place === undefined) throw refused(say`there is no manifest.json in it`);
  const root = place.slice(0, -MANIFEST.length);
  const blob = entries.get(place)!;
  if (blob.size > MAX_MANIFEST_BYTES) throw refused(say`its manifest.json is far too large`);
  let json: unknown;
  try {
    json = parseJson(await blob.text());
  } catch {
    throw refused(say`its manifest.json is not JSON that can be used`);
  }
  const manifest = parseManifest(json);
  const files: Record<string, Blob> = Object.create(null) as Record<string, Blob>;
  for (const file of filesOf(manifest)) {
    const found = entries.get(root + file.path);
    if (found && found.size !== file.bytes) throw refused(say`${file.path} has ${found.size} bytes, its manifest says ${file.bytes}`);
    if (found) files[file.sha256] = found;
  }
  return { manifest, files };
}

const zipFaults = {
  files: tooMany,
  bytes: say`it unpacks to more than ${inMegabytes(MAX_PACK_BYTES)} MB`,
  damaged: say`the zip is damaged`,
};

/** The files of a zip. Names, number and sizes are checked before anything is unpacked. */
export function unzip(bytes: Uint8Array): Map<string, Blob> {
  const files = unzipWithin(bytes, { files: MAX_FILES, bytes: MAX_PACK_BYTES }, (fault) => refused(zipFaults[fault]), checkPath);
  return new Map([...files].map(([name, content]) => [name, new Blob([content])]));
}
