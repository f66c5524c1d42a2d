import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { findPack, listPacks, readPack, readPackFile } from './pack.ts';

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return { ...fs, readFileSync: vi.fn(fs.readFileSync), statSync: vi.fn(fs.statSync), readdirSync: vi.fn(fs.readdirSync) };
});

const folder = mkdtempSync(join(tmpdir(), 'pack-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = Buffer.from('weights');
const file = { path: 'a.bin', bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
const read = (content: Buffer | string) => {
  writeFileSync(join(folder, 'a.bin'), content);
  return () => readPackFile({ folder }, file);
};

test('files are read as their manifest names them, or not at all', () => {
  expect(() => readPackFile({ folder }, file)).toThrow(expect.objectContaining({ code: 'shard-missing' }));
  expect(read(bytes)()).toEqual(bytes);
  expect(read('weightS')).toThrow(expect.objectContaining({ code: 'shard-altered', message: expect.stringContaining('a.bin') }));
  expect(read('weigh')).toThrow(expect.objectContaining({ code: 'shard-altered' }));
  expect(read('<!doctype html><title>Sign in</title>')).toThrow(expect.objectContaining({ code: 'shard-is-html' }));
});

test('a file that is there and cannot be read is not called missing: the reason is named', async () => {
  mkdirSync(join(folder, 'odd', 'pack', 'manifest.json'), { recursive: true });
  await expect(readPack(join(folder, 'odd', 'pack'))).rejects.toMatchObject({ code: 'unreachable', message: expect.stringMatching(/manifest\.json cannot be read: a folder of that name is there\.$/) });
  await expect(readPack(join(folder, 'none'))).rejects.toMatchObject({ code: 'shard-missing' });
  vi.mocked(readFileSync).mockImplementationOnce(() => { throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }); });
  expect(() => readPackFile({ folder }, file)).toThrow(expect.objectContaining({ code: 'unreachable', message: expect.stringMatching(/a\.bin cannot be read: it may not be read\.$/) }));
});

test('a manifest behind a byte order mark is read as in a browser', async () => {
  const pico = join(import.meta.dirname, '../fixtures/models/pico');
  const marked = join(folder, 'below', 'marked');
  mkdirSync(marked, { recursive: true });
  writeFileSync(join(marked, 'manifest.json'), `\ufeff${readFileSync(join(pico, 'manifest.json'), 'utf8')}`);
  const { manifest, hash } = await readPack(pico);
  expect(await readPack(marked)).toEqual({ folder: marked, manifest, hash });
});

test('a name is first that of a pack in the models folder, a path is always that of a folder', () => {
  const [models, here] = [join(folder, 'models'), join(folder, 'here')];
  for (const parent of [models, here]) {
    mkdirSync(join(parent, 'pico'), { recursive: true });
    writeFileSync(join(parent, 'pico', 'manifest.json'), '{}');
  }
  mkdirSync(join(here, 'own'));
  writeFileSync(join(here, 'own', 'manifest.json'), '{}');
  expect(findPack('pico', models, here)).toBe(join(models, 'pico'));
  for (const path of ['./pico', 'pico/', '../here/pico', join(here, 'pico')]) expect(findPack(path, models, here)).toBe(join(here, 'pico'));
  expect(findPack('own', models, here)).toBe(join(here, 'own'));
  expect(() => findPack('./later', models, here)).toThrow(expect.objectContaining({ code: 'pack-missing' }));
});

test('a folder without packs has none', () => {
  expect(listPacks(folder)).toEqual([]);
  expect(listPacks(join(folder, 'none'))).toEqual([]);
});

describe('a folder that may not be entered', () => {
  const models = join(folder, 'closed');
  const denied = () => { throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }); };
  /** Nothing below it is seen by this process, as by a person without the right. */
  async function close(closed: string): Promise<void> {
    const fs = await vi.importActual<typeof import('node:fs')>('node:fs');
    vi.mocked(statSync).mockImplementation(((path: string, options?: object) => (path.startsWith(join(closed, '/')) ? denied() : fs.statSync(path, options))) as typeof statSync);
    vi.mocked(readdirSync).mockImplementation(((path: string) => (path === closed ? denied() : fs.readdirSync(path))) as typeof readdirSync);
  }
  const refusal = (path: string) => expect.objectContaining({ code: 'unreachable', message: `The folder ${path} cannot be read: it may not be entered.` });
  beforeAll(() => mkdirSync(join(models, 'locked'), { recursive: true }));
  afterEach(() => {
    vi.mocked(statSync).mockReset();
    vi.mocked(readdirSync).mockReset();
  });

  test('of a pack is named with the reason, not called missing', async () => {
    await close(join(models, 'locked'));
    expect(() => findPack('locked', models)).toThrow(refusal(join(models, 'locked')));
    expect(() => findPack('./locked', models, models)).toThrow(refusal(join(models, 'locked')));
    expect(() => listPacks(models)).toThrow(refusal(join(models, 'locked')));
  });

  test('nor is one of packs called empty', async () => {
    await close(models);
    for (const name of ['locked', './none']) expect(() => findPack(name, models, folder)).toThrow(refusal(models));
  });
});
