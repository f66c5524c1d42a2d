import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPermalink, writePermalink, type LinkedRun, type Permalink } from './permalink.ts';
import { tinyManifest } from './testing/manifest.ts';
import { english } from './phrase.ts';
import { packTokens } from './token-text.ts';

const { defaults } = tinyManifest();
/** Names of strangers, often with the signs that end a sentence, too. */
const name = fc.tuple(fc.string({ unit: 'grapheme' }), fc.constantFrom('', '.', '!', ')', "'", '?', ' (a.)', '’', '”.')).map((parts) => parts.join('')).filter((text) => text.trim() !== '');
const run = {
  pack: fc.constantFrom('eurosat', 'nano', 'a.b-c_1'),
  class: name,
  seed: fc.integer({ min: 0, max: 0xffffffff }),
  settings: fc.record({
    guidance: fc.double({ min: 0, max: 20, noNaN: true }).map((x) => x + 0), topK: fc.integer({ min: 0, max: 100 }), rowReset: fc.boolean(),
    staticLength: fc.option(fc.double({ min: 1, max: 9, noNaN: true })), entropyThreshold: fc.double({ min: 0, max: 20, noNaN: true }).map((x) => x + 0),
  }, { requiredKeys: [] }),
  against: name,
  given: fc.array(fc.nat(1023), { maxLength: 256 }),
  check: fc.record({
    digest: fc.stringMatching(/^[0-9a-f]{12}$/), pack: fc.stringMatching(/^[0-9a-f]{8}$/),
    variant: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/), backend: fc.constantFrom('wasm', 'webgpu', 'cpu'), version: fc.constantFrom(1 as const, 2 as const),
  }),
};
const side = fc.record<LinkedRun>(run, { requiredKeys: ['settings'] }).filter((value) => Object.keys(value).length > 1 || Object.keys(value.settings).length > 0);
const link = fc.record<Permalink>({
  ...run,
  view: fc.constantFrom('generate', 'inspect'),
  step: fc.integer({ min: 1, max: 999 }),
  cursor: fc.nat(256),
  a: side,
  b: side,
}, { requiredKeys: ['settings'] });

test('links round-trip', () => {
  fc.assert(fc.property(link, (value) => {
    expect(readPermalink(writePermalink(value))).toEqual({ value, problems: [] });
  }));
});

test.each(['Mr. T.', 'wow!', 'cat (big)', "it's'", 'what?!.)'])('a link whose last name is %s keeps it, at the top or in a side, there with a sentence around it, too', (against) => {
  const own = { class: 'y', against, settings: {} };
  expect(readPermalink(writePermalink(own))).toEqual({ value: own, problems: [] });
  for (const value of [{ settings: {}, a: own }, { ...own, b: own }]) {
    const text = writePermalink(value);
    for (const end of ['', '.', ').']) expect(readPermalink(text + end), text + end).toEqual({ value, problems: [] });
  }
});

test('a variant with dots in its name comes back from a link', () => {
  const check = { digest: '0123456789ab', pack: '01234567', variant: 'v1.2.fp16', backend: 'wasm' as const, version: 2 as const };
  expect(readPermalink(writePermalink({ settings: {}, check })).value.check).toEqual(check);
});

test('half a character in a class does not keep a link from being written', () => {
  expect(readPermalink(writePermalink({ settings: {}, class: 'a\ud800' })).value.class).toBe('a\ufffd');
});

test('settings equal to the defaults are left out', () => {
  expect(writePermalink({ pack: 'tiny', class: 'River', seed: 7, settings: { ...defaults, guidance: 3 }, cursor: 4 }, defaults)).toBe('#pack=tiny&class=River&seed=7&g=3&at=4');
});

test('anything can be read', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.array(fc.tuple(fc.constantFrom('g', 'k', 'seed', 'pack', 'class', 'eth', 'rr', 'static', 'at', '__proto__'), fc.string())).map((p) => p.map((q) => q.join('=')).join('&'))), (hash) => {
    const { value, problems } = readPermalink(hash);
    expect(value.settings).toBeTypeOf('object');
    expect(problems.every((p) => english(p).length > 0)).toBe(true);
  }));
});

test('out-of-range numbers are clamped, nonsense is left out, both with a word', () => {
  const { value, problems } = readPermalink('#g=99&eth=abc&k=2.6&seed=-1&rr=off&x=1&pack=../a&at=1e9&%E0%A4%A=1');
  expect(value).toEqual({ settings: { guidance: 20, topK: 3, rowReset: false } });
  expect(problems).toHaveLength(8);
  expect(english(problems[0]!)).toBe('Guidance is from 0 to 20: 20 is used for 99.');
});

test.each(['', 'x', '012345678901.01234567.fp32.abacus', '012345678901.01234567.fp32', '012345678901.01234567.fp 32.wasm', '0123.01234567.fp32.wasm', '012345678901.01234567.fp32.wasm.3'])('the check "%s" is left out with a word', (text) => {
  const { value, problems } = readPermalink(`#seed=1&check=${text}`);
  expect(value).toEqual({ seed: 1, settings: {} });
  expect(problems).toHaveLength(1);
});

test.each(['.', ',', ')', '”.', '>;'])('a link keeps its meaning with the "%s" of a sentence after it', (end) => {
  for (const link of ['#class=River&seed=5', '#seed=5&check=012345678901.01234567.fp32.wasm.2', `#seed=5&given=${packTokens([5, 6])}`, `#b=${encodeURIComponent('class=River&seed=5')}`]) {
    expect(readPermalink(link + end)).toEqual(readPermalink(link));
  }
  expect(readPermalink('#seed=5&class=St.').value.class, 'a name may end so').toBe('St.');
});

test('given tokens that were cut off are left out with a word', () => {
  const link = writePermalink({ settings: {}, given: [5, 6, 7, 8] });
  const { value, problems } = readPermalink(link.slice(0, -1));
  expect(value).toEqual({ settings: {} });
  expect(problems.map(english)).toEqual([expect.stringMatching(/given tokens cannot be read/)]);
});

test('a side of a comparison is a run of its own: its problems name it, and it holds no sides or views', () => {
  const { value, problems } = readPermalink(`#class=River&b=${encodeURIComponent('class=Forest&eth=99&view=inspect&b=seed%3D1&at=4')}`);
  expect(value).toEqual({ class: 'River', settings: {}, b: { class: 'Forest', settings: { entropyThreshold: 20 } } });
  expect(problems.map(english)).toEqual(['Run B: E_th is from 0 to 20: 20 is used for 99.', 'Run B: "b=seed=1" was not understood and is left out.']);
});

test('the window of a link is corrected like any number, and left out where it is that of the device', () => {
  const read = (text: string) => readPermalink(`#window=${encodeURIComponent(text)}`);
  expect(['16', '0', '65', '2.5', 'auto '].map((text) => read(text).value.settings.window)).toEqual([16, 1, 64, 3, undefined]);
  expect(read('65').problems.map(english)).toEqual(['Tokens per pass is from 1 to 64, whole: 64 is used for 65.']);
  expect(read('2.5').problems).toHaveLength(1);
  expect(read('auto ').problems).toEqual([]);
  expect(read('quick').problems.map(english)).toEqual([expect.stringContaining('Tokens per pass must be a whole number of tokens or auto')]);
  const { defaults } = tinyManifest();
  expect(writePermalink({ settings: { ...defaults, window: 16 } }, defaults)).toBe('#window=16');
  expect(writePermalink({ settings: { ...defaults, window: undefined } }, defaults)).toBe('#');
});

test('the class that guidance moves away from is a text like the class, of a side, too; a link without one is as before', () => {
  expect(writePermalink({ class: 'Forest', seed: 1, against: 'River', settings: { ...defaults, against: 2 } }, defaults)).toBe('#class=Forest&seed=1&against=River');
  expect(writePermalink({ class: 'Forest', seed: 1, settings: { ...defaults, against: undefined } }, defaults)).toBe('#class=Forest&seed=1');
  expect(readPermalink('#against=River&b=class%3DForest%26against%3DSeaLake').value).toEqual({ against: 'River', settings: {}, b: { class: 'Forest', against: 'SeaLake', settings: {} } });
  expect(readPermalink('#against=').problems.map(english)).toEqual(['"against=" was not understood and is left out.']);
});
