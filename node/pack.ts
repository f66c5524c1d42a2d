/** Packs on disk: finding one, reading its manifest, reading its files with their sha256 checked. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { looksLikeHtml, PackError, shardAltered, shardIsHtml, shardMissing } from '../engine/errors.ts';
import { quote, say } from '../engine/phrase.ts';
import { parseJson } from '../engine/json.ts';
import { packHash, parseManifest, type Manifest, type PackFile } from '../engine/manifest.ts';
import { reasonOf } from './reasons.ts';

export interface Pack {
  folder: string;
  manifest: Manifest;
  hash: string;
}

/** What `look` sees at a path; null where nothing is there. Throws `unreachable` with the folder that may not be entered. */
function seen<T>(path: string, look: (path: string) => T): T | null {
  try {
    return look(path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['EACCES', 'EPERM'].includes(code)) return null;
    throw new PackError('unreachable', say`The folder ${closedAbove(path)} cannot be read: it may not be entered.`, quote(error));
  }
}

/** The folder that hides what is below it: the last on the way that can be seen itself. */
function closedAbove(path: string): string {
  try {
    statSync(path);
    return path;
  } catch {
    return closedAbove(dirname(path));
  }
}

const holdsPack = (folder: string): boolean => seen(join(folder, 'manifest.json'), (path) => statSync(path)) !== null;

/** Names of the packs in a folder. Throws `unreachable`. */
export function listPacks(modelsDir: string): string[] {
  const names = seen(modelsDir, (path) => readdirSync(path)) ?? [];
  return names.filter((name) => holdsPack(join(modelsDir, name))).sort();
}

/** The folder of a pack given by name (in `modelsDir`, else in `from`) or by the path of its folder, seen from `from`: what begins with "." or has a separator is a path. Throws `pack-missing`, or `unreachable` for a folder that may not be entered. */
export function findPack(nameOrPath: string, modelsDir: string, from = process.cwd()): string {
  const bare = basename(nameOrPath) === nameOrPath && !nameOrPath.startsWith('.');
  const folders = [...(bare ? [join(modelsDir, nameOrPath)] : []), resolve(from, nameOrPath)];
  const found = folders.find(holdsPack);
  if (found) return found;
  const names = listPacks(modelsDir);
  const next = names.length > 0 ? `Use one of ${names.join(', ')}, or the path of a pack's folder.` : `There are no packs in ${modelsDir}: export one, or give the path of a pack's folder.`;
  throw new PackError('pack-missing', say`There is no pack "${nameOrPath}". ${next}`);
}

/** A file of a pack as it is on disk. Throws `shard-missing`, or `unreachable` with the reason where it is there and cannot be read. */
function bytesOf(folder: string, path: string): Buffer {
  try {
    return readFileSync(join(folder, path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw shardMissing(path, quote(error));
    throw new PackError('unreachable', say`The pack's file ${join(folder, path)} cannot be read: ${reasonOf(error, 'read')}.`, quote(error));
  }
}

/** Reads and validates a pack's manifest. Throws `PackError`. */
export async function readPack(folder: string): Promise<Pack> {
  const bytes = bytesOf(folder, 'manifest.json');
  let json: unknown;
  try {
    json = parseJson(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new PackError('manifest-invalid', say`manifest.json is not JSON. Export the pack again, or copy it again.`, quote(error));
  }
  const manifest = parseManifest(json);
  return { folder, manifest, hash: await packHash(manifest) };
}

/** A file's bytes. Throws `shard-missing`, `unreachable`, `shard-is-html` or `shard-altered`. */
export function readPackFile(pack: Pick<Pack, 'folder'>, file: PackFile): Buffer {
  const bytes = bytesOf(pack.folder, file.path);
  const hash = createHash('sha256').update(bytes).digest('hex');
  if (hash === file.sha256 && bytes.length === file.bytes) return bytes;
  if (looksLikeHtml(bytes)) throw shardIsHtml(file.path);
  throw shardAltered(file.path, say`${bytes.length} of ${file.bytes} bytes, sha256 ${hash} for ${file.sha256}`);
}
