import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
/** The scripts in a place of their own, where nothing is installed. */
let place: string;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'commands-'));
  for (const file of ['test.mjs', 'soak.mjs', 'run.mjs', 'python.mjs', 'budget.mjs', 'defences.ts', 'defences.json']) cpSync(join(root, 'scripts', file), join(place, 'scripts', file));
  writeFileSync(join(place, 'scripts', 'ensure.mjs'), '');
  writeFileSync(join(place, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

test.each([
  ['test.mjs', ['toString'], 'There is no test part "toString"; the parts are lint, '],
  ['test.mjs', [''], 'There is no test part ""; the parts are lint, '],
  ['soak.mjs', ['--only', 'constructor'], '--only is studio or seed.'],
  ['soak.mjs', ['--pictures', '9'], "Unknown option '--pictures'. The options are shown by"],
  ['soak.mjs', ['soak.spec.ts'], "Unexpected argument 'soak.spec.ts'."],
  ['soak.mjs', ['--images', '--no-gpu'], "Option '--images' argument is ambiguous."],
  ['defences.ts', ['no such fault'], 'No defence here is against "no such fault"'],
])('scripts/%s, asked for what there is not, says so in one line and ends with 2', (script, args, words) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', join(place, 'scripts', script), ...args], { cwd: place, encoding: 'utf8', timeout: 60_000 });
  expect([status, stdout, stderr]).toEqual([2, '', expect.stringContaining(words)]);
  expect(stderr.trim().split('\n')).toHaveLength(1);
}, 90_000);

test.each(['--help', '-h'])('scripts/soak.mjs %s shows its options and does nothing', (option) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(place, 'scripts', 'soak.mjs'), option], { cwd: place, encoding: 'utf8', timeout: 60_000 });
  expect([status, stderr]).toEqual([0, '']);
  for (const name of ['images', 'backend', 'pack', 'only', 'no-gpu', 'help']) expect(stdout).toContain(`--${name}`);
}, 90_000);
