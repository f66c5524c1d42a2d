import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseRun } from '../engine/log.ts';
import { tinyManifest } from '../engine/testing/manifest.ts';
import { main } from './generate.ts';
import { checkFolder, checkFree, className, spoken, standing, writeTogether } from './output.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'out-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const models = fileURLToPath(new URL('../fixtures/models', import.meta.url));
const source = fileURLToPath(new URL('generate.ts', import.meta.url));
const tsx = fileURLToPath(new URL('../node_modules/tsx/dist/cli.mjs', import.meta.url));

async function run(...argv: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await main(['--models-dir', models, '--pack', 'pico', ...argv], { out: (text) => out.push(text), err: (text) => err.push(text) });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

test('no two classes of a pack have one file name, whatever letters their names have', () => {
  const pack = (ids: string[]) => ({ ...tinyManifest(), classes: ids.map((id) => ({ id, label: id })) });
  const names = ({ classes }: ReturnType<typeof pack>) => Array.from({ length: classes.length + 1 }, (_, i) => className({ classes }, i));
  expect(names(pack(['Река', '河', 'a/b', 'a b', 'A_B', 'no-class', '***']))).toEqual(['Река', '河', 'a_b-2', 'a_b-3', 'A_B-4', 'no-class-5', '_-6', 'no-class-7']);
  expect(names(pack(['a b', 'a_b', 'a_b-1', 'A_b-2', 'tree-2', 'no-class-6']))).toEqual(['a_b-0', 'a_b-1', 'a_b-1-2', 'A_b-2', 'tree-2', 'no-class-6-5', 'no-class']);
  fc.assert(fc.property(fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }), { minLength: 1, maxLength: 8 }), (ids) => {
    const all = names(pack(ids));
    expect(new Set(all.map((name) => name.toLowerCase())).size).toBe(all.length);
    for (const name of all) expect(name).toMatch(/^[\p{L}\p{M}\p{N}._-]+$/u);
  }));
});

test('a long name ends after 60 characters, of any plane, as Python counts them', () => {
  const id = `${'a'.repeat(59)}\u{1d49c}\u{1d4b7}`;
  expect(className({ classes: [{ id, label: 'x' }] }, 0)).toBe(`${'a'.repeat(59)}\u{1d49c}`);
});

describe('--out', () => {
  test('is checked before anything is decoded: a file, a folder below a file, a picture that is a folder', async () => {
    writeFileSync(join(folder, 'file'), 'x');
    mkdirSync(join(folder, 'pico-Alpha-0.png'));
    const start = ['--class', '0', '--out'];
    expect(await run(...start, join(folder, 'file'))).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/cannot be written to the folder .*file: a file of that name is there\. Give another one with --out/) });
    expect(await run(...start, join(folder, 'file', 'below'))).toMatchObject({ code: 2, out: '', err: expect.stringContaining('part of it is a file') });
    expect(await run(...start, folder)).toMatchObject({ code: 2, out: '', err: expect.stringContaining('is a folder, and a file of that name is to be written') });
    expect(readdirSync(folder).sort()).toEqual(['file', 'pico-Alpha-0.png']);
    expect(() => checkFree([join(folder, `${'\u{1d49c}'.repeat(60)}-pack-and-seed.png`)])).toThrow(expect.objectContaining({ code: 'bad-argument', message: expect.stringContaining('the name is too long') }));
  });

  test('holds all files of a picture, or none', () => {
    checkFolder(folder);
    writeTogether(folder, { 'a.json': '1', 'a.png': new Uint8Array([1]) });
    expect(readdirSync(folder).sort()).toEqual(['a.json', 'a.png']);
    expect(() => writeTogether(folder, { 'b.json': '1', 'no/such/b.png': 'x' })).toThrow(expect.objectContaining({ code: 'write-failed' }));
    expect(readdirSync(folder).sort()).toEqual(['a.json', 'a.png']);
  });

  test.each([['over an earlier one', 'the old run'], ['of a new name', null]])('has no run without its picture where the picture %s cannot take its place', (_, before) => {
    if (before) writeFileSync(join(folder, 'a.run.json'), before);
    mkdirSync(join(folder, 'a.png'));
    expect(() => writeTogether(folder, { 'a.run.json': 'the new run', 'a.png': 'the new picture' })).toThrow(expect.objectContaining({ code: 'write-failed', message: expect.stringContaining('a folder of that name is there') }));
    expect(readdirSync(folder).sort()).toEqual(before ? ['a.png', 'a.run.json'] : ['a.png']);
    if (before) expect(readFileSync(join(folder, 'a.run.json'), 'utf8')).toBe(before);
    rmSync(join(folder, 'a.png'), { recursive: true });
    writeTogether(folder, { 'a.run.json': 'the new run', 'a.png': 'the new picture' });
    expect(readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')).sort()).toEqual(['the new picture', 'the new run']);
  });

  test('lies where the person stands, and is given whole when that is elsewhere', () => {
    expect(standing({ npm_lifecycle_event: 'generate', INIT_CWD: '/home/a' })).toBe('/home/a');
    expect(standing({ INIT_CWD: '/home/a' })).toBe(process.cwd());
    expect(spoken('/home/a/runs/x', '/home/a')).toBe(join('runs', 'x'));
    expect(spoken('/home/a', '/home/a')).toBe('.');
    expect(spoken('/srv/x', '/home/a')).toBe('/srv/x');
  });
});

test('the index after the last class makes a picture without a class, and the last line says where it is', async () => {
  const classes = (JSON.parse(readFileSync(join(models, 'pico', 'manifest.json'), 'utf8')) as { classes: unknown[] }).classes.length;
  expect(await run('--class', String(classes), '--seed', '7', '--out', folder)).toMatchObject({ code: 0, err: '', out: expect.stringContaining(`1 picture and its run in ${folder}`) });
  expect(readdirSync(folder).sort()).toEqual(['pico-no-class-7.png', 'pico-no-class-7.run.json']);
  expect(parseRun(JSON.parse(readFileSync(join(folder, 'pico-no-class-7.run.json'), 'utf8'))).header).toMatchObject({ class: classes, className: 'no class' });
});

test('started by a link to it, with a reader that goes after the first line, it makes every picture and ends quietly', async () => {
  const link = join(folder, 'generate-link.ts');
  symlinkSync(source, link);
  const child = spawn(process.execPath, [tsx, link, '--models-dir', models, '--pack', 'pico', '--class', '0', '--count', '3', '--batch', '1', '--out', 'made'], { cwd: folder, env: { ...process.env, npm_lifecycle_event: undefined }, stdio: ['ignore', 'pipe', 'pipe'] });
  let err = '';
  child.stderr.on('data', (text) => { err += String(text); });
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect([code, err]).toEqual([0, '']);
  expect(readdirSync(join(folder, 'made')).filter((name) => name.endsWith('.png'))).toHaveLength(3);
  expect(existsSync(join(folder, 'made', 'pico-Alpha-2.run.json'))).toBe(true);
}, 120_000);

test.skipIf(!existsSync('/dev/full'))('lines that a full disk does not take are named at the end, and every picture is made', async () => {
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, [tsx, source, '--models-dir', models, '--pack', 'pico', '--class', '0', '--count', '2', '--batch', '1', '--out', 'made'], { cwd: folder, env: { ...process.env, npm_lifecycle_event: undefined }, stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  let err = '';
  child.stderr!.on('data', (text) => { err += String(text); });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect([code, err]).toEqual([1, 'error: Not every line could be printed: the disk is full.\n']);
  expect(readdirSync(join(folder, 'made')).sort()).toEqual(['pico-Alpha-0.png', 'pico-Alpha-0.run.json', 'pico-Alpha-1.png', 'pico-Alpha-1.run.json']);
}, 120_000);

test('names that every object has are no variant, and a file is no folder of packs', async () => {
  expect(await run('--class', '0', '--out', folder, '--variant', 'constructor')).toMatchObject({ code: 2, err: expect.stringContaining('no variant "constructor"') });
  writeFileSync(join(folder, 'file'), 'x');
  expect(await run('--class', '0', '--out', folder, '--models-dir', join(folder, 'file'), '--pack', 'no')).toMatchObject({ code: 2, err: expect.stringContaining('There are no packs in') });
});
