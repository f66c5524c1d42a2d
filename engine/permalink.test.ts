import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPermalink, writePermalink, type Permalink } from './permalink.ts';
import { tinyManifest } from './testing/manifest.ts';

const { defaults } = tinyManifest();
const link = fc.record<Permalink>({
  pack: fc.constantFrom('eurosat', 'nano', 'a.b-c_1'),
  class: fc.string({ unit: 'grapheme', minLength: 1 }).filter((s) => s.trim() !== ''),
  seed: fc.integer({ min: 0, max: 0xffffffff }),
  settings: fc.record({
    guidance: fc.double({ min: 0, max: 20, noNaN: true }).map((x) => x + 0), topK: fc.integer({ min: 0, max: 100 }), rowReset: fc.boolean(),
    staticLength: fc.option(fc.double({ min: 1, max: 9, noNaN: true })), entropyThreshold: fc.double({ min: 0, max: 20, noNaN: true }).map((x) => x + 0),
  }, { requiredKeys: [] }),
  view: fc.constantFrom('generate', 'inspect'),
  cursor: fc.nat(256),
}, { requiredKeys: ['settings'] });

test('links round-trip', () => {
  fc.assert(fc.property(link, (value) => {
    expect(readPermalink(writePermalink(value))).toEqual({ value, problems: [] });
  }));
});

test('settings equal to the defaults are left out', () => {
  expect(writePermalink({ pack: 'tiny', class: 'River', seed: 7, settings: { ...defaults, guidance: 3 }, cursor: 4 }, defaults)).toBe('#pack=tiny&class=River&seed=7&g=3&at=4');
});

test('anything can be read', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.array(fc.tuple(fc.constantFrom('g', 'k', 'seed', 'pack', 'class', 'eth', 'rr', 'static', 'at', '__proto__'), fc.string())).map((p) => p.map((q) => q.join('=')).join('&'))), (hash) => {
    const { value, problems } = readPermalink(hash);
    expect(value.settings).toBeTypeOf('object');
    expect(problems.every((p) => p.length > 0)).toBe(true);
  }));
});

test('out-of-range numbers are clamped, nonsense is left out, both with a word', () => {
  const { value, problems } = readPermalink('#g=99&eth=abc&k=2.6&seed=-1&rr=off&x=1&pack=../a&at=1e9&%E0%A4%A=1');
  expect(value).toEqual({ settings: { guidance: 20, topK: 3, rowReset: false } });
  expect(problems).toHaveLength(8);
  expect(problems[0]).toBe('guidance is from 0 to 20: 20 is used for 99.');
});
