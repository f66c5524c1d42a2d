import { StudioError } from '../../engine/errors.ts';
import { say } from '../../engine/phrase.ts';
import { MAX_FILES, MAX_PACK_BYTES, readPack, unzip, type LocalPack } from '../../packs/read-pack.ts';
import { toProblem } from '../state/problem.ts';
import type { Studio } from '../state/studio.ts';
import { askFor } from './consent.ts';
import type { PackItems } from './packItems.ts';

async function readFolder(folder: FileSystemDirectoryEntry, path: string, into: Map<string, Blob>): Promise<void> {
  const reader = folder.createReader();
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (entries.length === 0) return;
    for (const entry of entries) {
      if (into.size > MAX_FILES) return;
      if (entry.isDirectory) await readFolder(entry as FileSystemDirectoryEntry, `${path}${entry.name}/`, into);
      else into.set(`${path}${entry.name}`, await new Promise<File>((resolve, reject) => { (entry as FileSystemFileEntry).file(resolve, reject); }));
    }
  }
}

async function read({ folders, zip, files }: PackItems): Promise<LocalPack> {
  if (zip) {
    if (zip.size > MAX_PACK_BYTES) throw new StudioError('pack-refused', say`${zip.name.slice(0, 64)} is too large for a pack.`);
    return readPack(unzip(new Uint8Array(await zip.arrayBuffer())));
  }
  const entries = new Map<string, Blob>(files?.slice(0, MAX_FILES + 1).map((file) => [file.webkitRelativePath, file]));
  for (const folder of folders) await readFolder(folder, '', entries);
  return readPack(entries);
}

/** Reads a pack that was dropped or chosen, and asks before it is used. */
export async function openPack(studio: Pick<Studio, 'notices' | 'usePack'>, items: PackItems): Promise<void> {
  const { notices } = studio;
  try {
    const local = await read(items);
    const bytes = Object.values(local.files).reduce((sum, blob) => sum + blob.size, 0);
    askFor(local.manifest, bytes, null, notices, () => studio.usePack(local));
  } catch (error) {
    notices.replace('pack', [toProblem(error)]);
  }
}
