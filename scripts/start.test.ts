import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'start-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A site of one empty page that starts as the studio does. */
function site(name: string): string {
  const place = join(folder, name);
  mkdirSync(place);
  for (const file of ['start.mjs', 'run.mjs', 'vite-path.mjs', 'readable.mjs']) cpSync(join(root, 'scripts', file), join(place, 'scripts', file));
  writeFileSync(join(place, 'scripts', 'ensure.mjs'), '');
  writeFileSync(join(place, 'index.html'), '<!doctype html><title>x</title>');
  writeFileSync(join(place, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'));
  return place;
}
const start = (place: string, env = {}) => spawnSync(process.execPath, [join(place, 'scripts', 'start.mjs')], { cwd: place, env: { ...process.env, ...env }, encoding: 'utf8', timeout: 60_000 });

test('a port in use is named, with another one, and no stack', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as { port: number };
  const { status, stderr } = start(site('plain'), { PORT: String(port) });
  server.close();
  expect([status, stderr.trim()]).toEqual([1, `Port ${port} is in use. Set another one, as in PORT=${port + 1} npm start.`]);
}, 90_000);

test('a path that Vite cannot build in is named before anything is built', () => {
  const { status, stderr } = start(site('with#hash'));
  expect([status, stderr]).toEqual([2, expect.stringMatching(/^The studio cannot be built in .*with#hash: Vite reads # and \?.*\n$/)]);
}, 90_000);

test.skipIf(process.platform === 'win32')('a pack that may not be read is named, and no stack', () => {
  const place = site('closed');
  const pack = join(place, 'public', 'models', 'locked');
  mkdirSync(pack, { recursive: true });
  chmodSync(folder, 0o755);
  chmodSync(pack, 0);
  // Everything is open to root.
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const { status, stderr } = spawnSync(process.execPath, [join(place, 'scripts', 'start.mjs')], { cwd: place, encoding: 'utf8', timeout: 60_000, ...user });
  chmodSync(pack, 0o755);
  expect([status, stderr]).toEqual([2, expect.stringMatching(/^The studio cannot be built: you may not read public.models.locked\. .*\n$/)]);
}, 90_000);

test.each([['build', ['build']], ['dev', []], ['preview', ['preview']]])('npm run %s in such a path says so in one line', (_, args) => {
  const place = site('with#hash');
  for (const file of ['vite.config.ts', 'tsconfig.base.json', 'scripts/site', 'scripts/vite-path.d.mts', 'scripts/readable.d.mts', 'fixtures/serve.ts', 'packs', 'engine']) cpSync(join(root, file), join(place, file), { recursive: true });
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), ...args], { cwd: place, encoding: 'utf8', timeout: 60_000 });
  expect([status, stdout, stderr]).toEqual([2, '', expect.stringMatching(/^The studio cannot be built in .*with#hash: Vite reads # and \?.*\n$/)]);
}, 90_000);
