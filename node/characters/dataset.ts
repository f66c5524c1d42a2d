import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StudioError } from '../../engine/errors.ts';
import { say } from '../../engine/phrase.ts';
import { classes } from './classes.ts';
import { roleOfPicture } from './split.ts';

/** What a folder of pictures was made with: the same values give the same bytes. */
export interface Recipe {
  seed: number;
  /** Pictures of each class. */
  count: number;
  /** Pixels along a side. */
  size: number;
  /** Of the packages that the drawings come from. */
  versions: Record<string, string>;
}

const RECIPE = 'recipe.json';

export const pictureName = (index: number, count: number): string =>
  `${roleOfPicture(index, count)}-${String(index).padStart(5, '0')}.png`;

/**
 * One file, whole or not at all. Where a run is killed its beginnings stay under a name that the next run writes over;
 * `writeTogether` (node/output.ts) would leave a folder more each time. Throws `bad-argument` where the disk is full or the
 * folder cannot be written.
 */
export function writeWhole(path: string, bytes: string | Uint8Array): void {
  try {
    writeFileSync(`${path}.part`, bytes);
    renameSync(`${path}.part`, path);
  } catch (error) {
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    throw new StudioError('bad-argument', full
      ? say`The disk is full at ${path}. Make room and start again: what is there stays.`
      : say`${path} cannot be written (${(error as Error).message}). Give another folder with --out.`);
  }
}

/**
 * Makes the folders, and writes what describes the data: the recipe, the pictures that are held out (split.json, read by every
 * training) and the licences. Throws `bad-argument` where the folder holds pictures of another recipe.
 */
export function prepare(out: string, recipe: Recipe): void {
  const text = `${JSON.stringify(recipe, null, 2)}\n`;
  let before: string | null = null;
  try {
    before = readFileSync(join(out, RECIPE), 'utf8');
  } catch {
    // A new folder.
  }
  if (before !== null && before !== text) {
    throw new StudioError('bad-argument', say`${out} holds pictures of another seed, number, size or package version (${RECIPE}). Give another folder with --out, or delete this one.`);
  }
  try {
    for (const { id } of classes) mkdirSync(join(out, id), { recursive: true });
  } catch (error) {
    throw new StudioError('bad-argument', say`The folder ${out} cannot be made (${(error as Error).message}). Give another one with --out.`);
  }
  const heldOut = classes.flatMap(({ id }) => Array.from({ length: recipe.count }, (_, i) => i).filter((i) => roleOfPicture(i, recipe.count) === 'held-out').map((i) => `${id}/${pictureName(i, recipe.count)}`));
  writeWhole(join(out, 'split.json'), `${JSON.stringify({ held_out: heldOut }, null, 1)}\n`);
  writeWhole(join(out, 'credits.json'), `${JSON.stringify({ classes: classes.map(({ id, label, licence, credit, source }) => ({ id, label, licence, credit, source })) }, null, 1)}\n`);
  writeWhole(join(out, RECIPE), text);
}
