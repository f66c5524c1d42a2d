import { PackError } from '../../engine/errors.ts';
import type { PackFile } from '../../engine/manifest.ts';
import { say } from '../../engine/phrase.ts';

/** Pictures of one size in one file, row by row. */
export interface Sheet {
  file: PackFile;
  columns: number;
  size: number;
  /** Class of each picture, in order. */
  classes: readonly number[];
}

/** Throws `manifest-invalid` where the file has not the size of its pictures: what is cut from it would be none of them. */
export function checkSheet({ file, columns, size, classes }: Sheet, { width, height }: { width: number; height: number }): void {
  const wanted = { width: columns * size, height: Math.ceil(classes.length / columns) * size };
  if (width === wanted.width && height === wanted.height) return;
  throw new PackError('manifest-invalid', say`The pack's file ${file.path} is ${width} × ${height} pixels; ${classes.length} pictures of ${size} in ${columns} columns, as manifest.json has them, are ${wanted.width} × ${wanted.height}. Export the pack again.`);
}
