import { ENDING } from '../history/entry.ts';
import { StudioError } from '../../engine/errors.ts';
import { inMegabytes, say } from '../../engine/phrase.ts';
import type { PaintedPicture } from '../state/run.ts';
import type { Studio } from '../state/studio.ts';
import { toProblem } from '../state/problem.ts';
import { MAX_FILE_BYTES, readCarried, type Carried } from './carry.ts';
import { paintedFrom } from './raster.ts';

async function pictureOf({ run, picture, size }: Extract<Carried, { kind: 'run' }>): Promise<PaintedPicture | null> {
  if (!picture) return null;
  try {
    return await paintedFrom(picture, run.events.length, size);
  } catch {
    throw new StudioError('run-invalid', say`The picture in this file is damaged, although its run can be read. Copy the file again.`);
  }
}

/** A photo holds no run, and is one to look at: its tokens and their entropies. */
async function inspect(studio: Studio, file: File): Promise<void> {
  studio.notices.replace('file', []);
  studio.address.views.open('inspect');
  const { deskOf } = await import('../state/inspect/desk.ts');
  await deskOf(studio).open(file, file.name);
}

/** Opens a run from a file that was dropped or chosen. What stands in the way is explained; nothing on the page changes then. */
export async function openFile(studio: Studio, file: File): Promise<void> {
  const { notices } = studio;
  try {
    if (file.name.endsWith(ENDING)) throw new StudioError('run-invalid', say`This file is a history of many runs. Press History, then “Open file”, and choose it there.`);
    if (file.size > MAX_FILE_BYTES) throw new StudioError('run-invalid', say`${file.name.slice(0, 64)} is larger than ${inMegabytes(MAX_FILE_BYTES)} MB; runs and pictures of this studio are far smaller.`);
    const carried = readCarried(new Uint8Array(await file.arrayBuffer()), file.name);
    if (carried.kind === 'run') await studio.show(pictureOf(carried).then((picture) => ({ run: carried.run, picture })));
    else await studio.makeAgain(carried.header, carried.digest);
    notices.replace('file', []);
  } catch (error) {
    notices.replace('file', [{ ...toProblem(error), ...(file.type.startsWith('image/') && { action: { label: say`Inspect it`, run: () => void inspect(studio, file) } }) }]);
  }
}
