/** Where the command line writes: a folder checked before any work, files whole or not at all, one name for each picture. */
import { accessSync, constants, copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import process from 'node:process';
import { StudioError } from '../engine/errors.ts';
import { quote, say } from '../engine/phrase.ts';
import type { Manifest } from '../engine/manifest.ts';
import { reasonOf } from './reasons.ts';

/** The folder that the person stands in: npm runs scripts in the package's own. */
export const standing = (env: NodeJS.ProcessEnv = process.env): string => (env.npm_lifecycle_event && env.INIT_CWD ? env.INIT_CWD : process.cwd());

/** A path as a person reads it: short where it is below the folder that they stand in, else whole. */
export function spoken(path: string, from = standing()): string {
  const short = relative(from, path);
  return short === '' ? '.' : short.startsWith('..') || resolve(short) === short ? path : short;
}

const why = (error: unknown) => reasonOf(error, 'written to');

/** Makes the folder and tries to write in it. Throws `bad-argument` with the reason. */
export function checkFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    const probe = mkdtempSync(join(folder, '.dpar-'));
    try {
      writeFileSync(join(probe, 'probe'), new Uint8Array(65_536));
    } finally {
      rmSync(probe, { recursive: true, force: true });
    }
  } catch (error) {
    throw new StudioError('bad-argument', say`Pictures cannot be written to the folder ${folder}: ${why(error)}. Give another one with --out.`, quote(error));
  }
}

/** Throws `bad-argument` where a folder has the name of a file to be written, or no file can have it. */
export function checkFree(paths: readonly string[]): void {
  const taken = paths.find((path) => {
    try {
      return statSync(path, { throwIfNoEntry: false })?.isDirectory();
    } catch (error) {
      throw new StudioError('bad-argument', say`The file ${path} cannot be written: ${why(error)}.`, quote(error));
    }
  });
  if (taken) throw new StudioError('bad-argument', say`${taken} is a folder, and a file of that name is to be written. Remove it, or give another folder with --out.`);
}

/** Brings files of these names from `made` into `folder`, with copies in `before` of those that were there: where one cannot be brought, all are as they were. */
function exchange(folder: string, names: readonly string[], made: string, before: string): void {
  const back: (() => void)[] = [];
  try {
    for (const name of names) {
      const [target, copy] = [join(folder, name), join(before, name)];
      const there = statSync(target, { throwIfNoEntry: false })?.isFile();
      if (there) copyFileSync(target, copy);
      renameSync(join(made, name), target);
      back.push(there ? () => renameSync(copy, target) : () => rmSync(target));
    }
  } catch (error) {
    for (const step of back) step();
    throw error;
  }
}

/** Writes files of one folder, all of them or none; over files of these names. Throws `write-failed`. */
export function writeTogether(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  let place: string | undefined;
  try {
    place = mkdtempSync(join(folder, '.dpar-'));
    const [made, before] = [join(place, 'made'), join(place, 'before')];
    for (const one of [made, before]) mkdirSync(one);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(made, name), content);
    exchange(folder, Object.keys(files), made, before);
  } catch (error) {
    throw new StudioError('write-failed', say`${Object.keys(files).join(' and ')} could not be written to ${folder}: ${why(error)}. What was written before is whole.`, quote(error));
  } finally {
    if (place) rmSync(place, { recursive: true, force: true });
  }
}

/** Characters, as Python counts them. */
const MOST = 60;
const cleaned = (text: string) => [...text.normalize('NFC').replace(/[^\p{L}\p{M}\p{N}.-]+/gu, '_')].slice(0, MOST).join('');

/**
 * The part of a file name that stands for a class: its id as far as file names have it; where that is the same for two classes
 * (letter case aside, since some disks ignore it), or what another has with its index, with its own index. classes.length is no
 * class. Python reads it: models/evaluation/picture_files.py.
 */
export function className({ classes }: Pick<Manifest, 'classes'>, index: number): string {
  const names = [...classes.map(({ id }) => cleaned(id)), 'no-class'];
  const own = names[index]!;
  const others = names.flatMap((name, i) => (i === index ? [] : [name, `${name}-${i}`])).map((name) => name.toLowerCase());
  return others.includes(own.toLowerCase()) || /^_*$/.test(own) ? `${own}-${index}` : own;
}
