import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TestPack {
  name: string;
  /** Address of its manifest on the test server. */
  manifest: string;
  folder: string;
}

const packsIn = (folder: string, address: string): TestPack[] => (existsSync(folder) ? readdirSync(folder).sort() : [])
  .filter((name) => existsSync(join(folder, name, 'manifest.json')))
  .map((name) => ({ name, manifest: `${address}/${name}/manifest.json`, folder: join(folder, name) }));

const root = join(import.meta.dirname, '..');

/** Packs that the site ships with. */
export const shippedPacks = packsIn(join(root, 'public', 'models'), '/models');
/** Packs made for tests, small enough for software rendering. */
export const fixturePacks = packsIn(join(root, 'fixtures', 'models'), '/fixtures/models');

/** Throws where it is not there: a test without its pack has shown nothing. */
export function fixturePack(name: string): TestPack {
  const pack = fixturePacks.find((one) => one.name === name);
  if (!pack) throw new Error(`The pack ${name} is not in fixtures/models.`);
  return pack;
}

export const readJson = (pack: TestPack, path: string): unknown => JSON.parse(readFileSync(join(pack.folder, path), 'utf8'));
