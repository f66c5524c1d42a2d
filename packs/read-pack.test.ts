import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { filesOf } from '../engine/manifest-files.ts';
import { tinyManifest } from '../engine/testing/manifest.ts';
import { MAX_FILES, readPack, unzip } from './read-pack.ts';

const text = (value: string) => new Blob([value]);
const manifest = tinyManifest();
const whole = () => new Map<string, Blob>([['manifest.json', text(JSON.stringify(manifest))], ...filesOf(manifest).map(({ path }): [string, Blob] => [path, text('x')])]);
const code = (work: () => unknown) => Promise.resolve().then(work).then(() => 'ok', (error: { code?: string }) => error.code ?? String(error));

describe('packs from a folder or zip', () => {
  test('a whole pack is read, at the top or in a folder', async () => {
    expect((await readPack(whole())).manifest.name).toBe('tiny');
    const below = new Map([...whole()].map(([path, blob]) => [`tiny/${path}`, blob]));
    expect(Object.keys((await readPack(below)).files)).toHaveLength(1); // the fixture's files share one hash
  });

  test.each(['../manifest.json', '/etc/passwd', 'a/../../b', 'C:\\windows\\x', 'a\\..\\b'])('a name that leads out, %s, is refused', async (path) => {
    expect(await code(() => readPack(whole().set(path, text(''))))).toBe('pack-refused');
    expect(await code(() => unzip(zipSync({ [path]: strToU8('x') })))).toBe('pack-refused');
  });

  test('too many files, a wrong length, no manifest and a manifest that is none are refused', async () => {
    const many = whole();
    for (let i = 0; i <= MAX_FILES; i++) many.set(`extra/${i}`, text(''));
    expect(await code(() => readPack(many))).toBe('pack-refused');
    expect(await code(() => readPack(whole().set('golden.json', text('xx'))))).toBe('pack-refused');
    expect(await code(() => readPack(new Map([['a.bin', text('')]])))).toBe('pack-refused');
    expect(await code(() => readPack(new Map([['manifest.json', text('{')]])))).toBe('pack-refused');
    expect(await code(() => readPack(new Map([['manifest.json', text('{"formatVersion":9}')]])))).toBe('manifest-version');
  });

  test('a zip that says it unpacks to more than the limit is refused before it is unpacked', async () => {
    const bytes = zipSync({ 'manifest.json': strToU8('{}') });
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at + 4 < bytes.length; at++) if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 0xfffffff0, true);
    expect(await code(() => unzip(bytes))).toBe('pack-refused');
  });

  test('a zip that says less than it unpacks to gets no more room than it says', async () => {
    const bytes = zipSync({ 'manifest.json': strToU8('{}'), 'all.bin': new Uint8Array(50_000_000) });
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at + 4 < bytes.length; at++) {
      if (view.getUint32(at, true) === 0x02014b50 && view.getUint32(at + 24, true) === 50_000_000) view.setUint32(at + 24, 10, true);
    }
    expect(unzip(bytes).get('all.bin')!.size).toBe(10);
  });

  test('damaged zips end in a refusal, never in a hang', () => {
    const bytes = zipSync(Object.fromEntries([...whole().keys()].slice(0, 6).map((name) => [name, strToU8('content '.repeat(20))])));
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }), (changes) => {
      const mutated = bytes.slice();
      for (const [at, byte] of changes) mutated[at] = byte;
      try {
        unzip(mutated);
      } catch (error) {
        expect(error).toMatchObject({ code: 'pack-refused' });
      }
    }), { numRuns: 2000 });
  });
});
