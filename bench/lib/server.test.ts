import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bytesByKind } from './kinds.ts';
import { StaticServer } from './server.ts';
import { fileAt, typeOf } from '../../scripts/site/static-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'bench-server-'));
const server = new StaticServer([['/models/', folder], ['/', folder]]);
let origin = '';

beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), '<p>');
  writeFileSync(join(folder, 'all.bin.0'), '12345');
  origin = await server.listen();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

test('files are sent isolated and counted; what is not there, or not below a mount, is a 404', async () => {
  const page = await fetch(`${origin}/`);
  expect([page.status, await page.text(), page.headers.get('cross-origin-embedder-policy')]).toEqual([200, '<p>', 'require-corp']);
  await (await fetch(`${origin}/models/all.bin.0`)).arrayBuffer();
  expect((await fetch(`${origin}/missing`)).status).toBe(404);
  expect((await fetch(`${origin}/%2e%2e%2f%2e%2e%2fetc/passwd`)).status).toBe(404);
  expect(server.sent).toEqual([{ path: '/', bytes: 3 }, { path: '/models/all.bin.0', bytes: 5 }]);
});

test('bytes are counted by kind', () => {
  const sent = ['/models/a/fp32/x.bin.0', '/models/a/fp32/x.onnx', '/models/a/manifest.json', '/assets/onnxruntime-1.wasm.0', '/assets/main.js', '/'].map((path, i) => ({ path, bytes: 10 ** i }));
  expect(bytesByKind(sent)).toEqual({ 'weights and graphs': 11, 'other files of the pack': 100, onnxruntime: 1000, app: 110000 });
});

test('a folder has its start page, and nothing outside is found', () => {
  expect([fileAt(folder, ''), fileAt(folder, '/'), fileAt(folder, 'all.bin.0')]).toEqual([join(folder, 'index.html'), join(folder, 'index.html'), join(folder, 'all.bin.0')]);
  expect([fileAt(folder, 'none/'), fileAt(join(folder, 'none'), '../all.bin.0')]).toEqual([null, null]);
  expect(['a.html', 'a.json', 'a.bin.0'].map(typeOf)).toEqual(['text/html', 'application/json', 'application/octet-stream']);
});
