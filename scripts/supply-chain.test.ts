/** What is installed is what the lock files name, to the byte, and nothing runs while it is installed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pinsOf, pythonSbom } from './sbom-python.mjs';

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
interface Locked { version?: string; integrity?: string; resolved?: string; link?: boolean; hasInstallScript?: boolean; optional?: boolean }
const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
const installed = Object.entries(lock.packages).filter(([path]) => path !== '');

test('every npm package is pinned with its hash', () => {
  expect(installed.length).toBeGreaterThan(100);
  expect(installed.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? '')).map(([path]) => path)).toEqual([]);
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
  expect(Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

test('the lock file names no registry: the one in use is asked', () => {
  expect(installed.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
});

test('install scripts are off', () => {
  expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
  for (const file of ['scripts/ensure.mjs', '.github/workflows/pages.yml']) expect(read(file)).toContain('--ignore-scripts');
});

test('every Python package is pinned with its hashes, and the bill of materials has them all', () => {
  const text = read('models/requirements.txt');
  const pins = pinsOf(text);
  expect(pins.length).toBeGreaterThan(20);
  expect(pins.filter(({ sha256 }) => sha256.length === 0)).toEqual([]);
  expect(text.split('\n').filter((line) => /^[A-Za-z]/.test(line))).toHaveLength(pins.length);
  expect(text).not.toMatch(/index-url|https?:/);
  const direct = read('models/requirements.in').split('\n').filter((line) => /^\w/.test(line)).map((line) => line.split('==')[0]!);
  const { components } = pythonSbom(text);
  expect(direct.filter((name) => !components.some((part: { name: string }) => part.name === name))).toEqual([]);
  expect(components[0]).toMatchObject({ type: 'library', purl: `pkg:pypi/${pins[0]!.name}@${pins[0]!.version}` });
});
