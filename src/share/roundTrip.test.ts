/** Whatever a pack allows is written, read, opened, linked and kept: the same limits everywhere. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { PNG } from 'pngjs';
import { Run, RunLog, runToJson, type TokenEvent } from '../../engine/log.ts';
import { parseManifest, type Manifest } from '../../engine/manifest.ts';
import { MOST_LETTERS } from '../../engine/names.ts';
import { settingsTable } from '../../engine/settings.ts';
import { tinyManifest } from '../../engine/testing/manifest.ts';
import { HistoryEntry } from '../history/entry.ts';
import { readAddress, writeAddress } from '../state/address.ts';
import { checkOf } from '../state/linkCheck.ts';
import { checkFits } from '../state/fits.ts';
import { readCarried, withRun } from './carry.ts';

let png: Uint8Array<ArrayBuffer>;
beforeAll(() => {
  png = new Uint8Array(PNG.sync.write(new PNG({ width: 16, height: 16 })));
});

const shortName = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
/** Names of classes, numbers and words of the studio's own among them. */
const className = fc.oneof(
  fc.constantFrom('0', '1', '2', '3', '03', 'no class', 'x'.repeat(MOST_LETTERS), '%E0', 'a&b=c', '#', '../x', 'Ж', '河'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: MOST_LETTERS }),
).map((text) => text.trim()).filter((text) => text !== '' && text.length <= MOST_LETTERS && !/\p{Surrogate}/u.test(text));

const packs: fc.Arbitrary<Manifest> = fc.record({
  name: shortName, variant: shortName,
  classes: fc.uniqueArray(fc.record({ id: className, label: className }), { minLength: 1, maxLength: 6, selector: ({ id }) => id.toLowerCase() })
    .filter((list) => new Set(list.map(({ label }) => label.toLowerCase())).size === list.length),
}).map(({ name, variant, classes }) => {
  const manifest = tinyManifest();
  return parseManifest({ ...manifest, name, classes, variants: { [variant]: manifest.variants.fp32 }, defaultVariant: { webgpu: variant, wasm: variant } });
});

function events({ grid, vocab }: Manifest, given: readonly number[], count: number): TokenEvent[] {
  return Array.from({ length: count }, (_, t): TokenEvent => ({
    t, token: given[t] ?? t % vocab, entropy: t === 0 ? null : 1, opens: t === 0 ? ['first'] : t % grid.width === 0 ? ['row'] : [],
    source: t < given.length ? 'given' : 'sampled', patch: Math.floor(t / grid.width), logprob: null, classLogprob: -1, alternatives: [[0, 1]], times: { decoder: 0 },
  }));
}

test('every run that a pack allows is read again from JSON, PNG, history and link', () => {
  fc.assert(fc.property(packs, fc.nat(), fc.integer({ min: 0, max: 0xffffffff }), fc.array(fc.nat(11), { maxLength: 16 }), fc.integer({ min: 1, max: 16 }), (manifest, pick, seed, tokens, count) => {
    const index = pick % (manifest.classes.length + 1);
    const given = tokens.slice(0, count);
    const [variant] = Object.keys(manifest.variants);
    const log = new RunLog({
      pack: { name: manifest.name, hash: 'c5'.repeat(32) }, variant: variant!, backend: 'wasm', class: index, className: manifest.classes[index]?.label ?? 'no class',
      seed, settings: manifest.defaults, grid: manifest.grid, ...(given.length > 0 && { given }),
    }, events(manifest, given, count));
    const run = log.toRun();
    expect(Run.safeParse(run).error).toBeUndefined();
    const json = new TextEncoder().encode(runToJson(run));
    for (const carried of [readCarried(json, 'a.run.json'), readCarried(withRun(png, run, 16), 'a.png')]) {
      expect(carried).toMatchObject({ kind: 'run', run });
      checkFits(run, manifest);
    }
    expect(HistoryEntry.safeParse({ id: 'a', when: 1, header: run.header, title: 'any', complete: run.complete, tokens: count, patches: 1, bytes: 1, pinned: false, picture: null }).error).toBeUndefined();
    const address = readAddress(writeAddress(manifest.name, manifest, run.header, { check: checkOf(run.header, run.digest) }));
    const { problems, ...asked } = address.resolve(manifest);
    expect(problems).toEqual([]);
    expect([address.pack, address.extra.check]).toEqual([manifest.name, checkOf(run.header, run.digest)]);
    expect(asked).toEqual({ class: index, seed, values: manifest.defaults, given: given.length > 0 ? given : null });
  }), { numRuns: 1000 });
}, 120_000);

test('every value that the settings table allows is kept by a run and its link', () => {
  const manifest = tinyManifest();
  const values = fc.record({
    guidance: fc.double({ min: 0, max: 20, noNaN: true }), temperature: fc.double({ min: 0, max: 5, noNaN: true }), topK: fc.integer({ min: 0, max: 65536 }),
    topP: fc.double({ min: 0.01, max: 1, noNaN: true }), entropyThreshold: fc.double({ min: 0, max: 20, noNaN: true }), against: fc.constantFrom(1, 2),
  }, { requiredKeys: ['guidance', 'temperature', 'topK', 'topP', 'entropyThreshold'] }).map((some) => ({ ...manifest.defaults, ...Object.fromEntries(Object.entries(some).map(([key, value]) => [key, value + 0])) }));
  expect(settingsTable.map(({ key }) => key)).toEqual(expect.arrayContaining(['guidance', 'temperature', 'topK', 'topP', 'entropyThreshold']));
  fc.assert(fc.property(values, (settings) => {
    const found = readAddress(writeAddress('tiny', manifest, { class: 0, seed: 0, settings })).resolve(manifest);
    expect(found).toMatchObject({ values: settings, problems: [] });
  }), { numRuns: 300 });
});
