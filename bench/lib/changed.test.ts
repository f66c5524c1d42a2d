import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lastChange } from './changed.ts';

const root = mkdtempSync(join(tmpdir(), 'bench-changed-'));
afterAll(() => rmSync(root, { recursive: true }));

const sources = ['models/gpt.py', 'models/bench/peer_gpt.py', 'models/export/builder.py'];

function write(file: string, seconds: number): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), '');
  utimesSync(join(root, file), seconds, seconds);
}

test.each([...sources, 'pack/manifest.json'])('%s counts', (newest) => {
  for (const file of [...sources, 'pack/manifest.json']) write(file, file === newest ? 2 : 1);
  write('models/export/notes.txt', 3);
  expect(lastChange(root, join(root, 'pack'))).toBe(2000);
});
