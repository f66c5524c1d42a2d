import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { listPacks, readPackFile } from './pack.ts';

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

test('a folder without packs has none', () => {
  expect(listPacks(folder)).toEqual([]);
  expect(listPacks(join(folder, 'none'))).toEqual([]);
});
