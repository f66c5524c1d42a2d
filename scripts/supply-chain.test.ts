/** What is installed is what the lock files name, to the byte, and nothing runs while it is installed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { productionPackages, productionSbom } from './production.mjs';
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

test('what the site needs is found, with what a tool needs, too, and each in its own version', () => {
  const found = productionPackages({
    packages: {
      '': { dependencies: { a: '1', '@x/b': '1' } },
      'node_modules/a': { version: '1.0.0', dependencies: { shared: '1' }, optionalDependencies: { absent: '1' } },
      'node_modules/@x/b': { version: '1.0.0', dependencies: { shared: '2', a: '1' } },
      'node_modules/@x/b/node_modules/shared': { version: '2.0.0', dependencies: { deep: '1' } },
      'node_modules/deep': { version: '1.0.0', dependencies: { shared: '1' } },
      'node_modules/shared': { version: '1.0.0' },
      'node_modules/tool': { version: '1.0.0', dependencies: { shared: '1' } },
    },
  });
  expect([...found.values()].map(({ name, version }) => `${name}@${version}`).sort()).toEqual(['@x/b@1.0.0', 'a@1.0.0', 'deep@1.0.0', 'shared@1.0.0', 'shared@2.0.0']);
  expect(() => productionPackages({ packages: { '': { dependencies: { gone: '1' } } } })).toThrow('no gone, which package.json needs');
});

test('of the bill of materials stays what the site needs, and none of it may be missing', () => {
  const found = new Map([['node_modules/a', { name: 'a', version: '1.0.0' }]]);
  const sbom = {
    metadata: { component: { 'bom-ref': 'studio@1.0.0' } }, components: [{ 'bom-ref': 'a@1.0.0' }, { 'bom-ref': 'tool@1.0.0' }],
    dependencies: [{ ref: 'studio@1.0.0', dependsOn: ['a@1.0.0', 'tool@1.0.0'] }, { ref: 'a@1.0.0' }, { ref: 'tool@1.0.0', dependsOn: ['a@1.0.0'] }],
  };
  expect(productionSbom(sbom, found)).toMatchObject({ components: [{ 'bom-ref': 'a@1.0.0' }], dependencies: [{ ref: 'studio@1.0.0', dependsOn: ['a@1.0.0'] }, { ref: 'a@1.0.0', dependsOn: [] }] });
  expect(() => productionSbom({ ...sbom, components: [] }, found)).toThrow('does not name a@1.0.0');
});

test('docs/licences.md has every package that the site needs', () => {
  const listed = [...read('docs/licences.md').matchAll(/^\| (\S+) \| (\d\S*) \| \S+ \|$/gm)].map(([, name, version]) => `${name}@${version}`);
  expect(listed.sort()).toEqual([...new Set([...productionPackages(lock).values()].map(({ name, version }) => `${name}@${version}`))].sort());
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
