import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { parseJson } from './json.ts';
import { digest, parseRun, startsOf, tokensOf, type Run, type TokenEvent } from './log.ts';
import { packHash, parseManifest } from './manifest.ts';
import { readPermalink, writePermalink } from './permalink.ts';
import { settingsTable } from './settings.ts';
import { tinyManifest } from './testing/manifest.ts';

const RUNS = 10_000;

const nothingPolluted = () => {
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
};
afterEach(nothingPolluted);

/** Values a stranger would try, beside arbitrary ones. */
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, -1, 0, 1e308, NaN, 2 ** 53, 0.5, '', '__proto__', 'constructor', '../../x', '<img src=x onerror=alert(1)>', [], {}, true, '\ud800', 'x'.repeat(5000)),
  fc.jsonValue({ maxDepth: 2 }),
);

type Path = (string | number)[];
const paths = (value: unknown, at: Path = []): Path[] =>
  (typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, part]) => paths(part, [...at, key])) : []).concat([at]);

/** The value at a path replaced, removed, or given a key of the prototype. */
function mutate(json: unknown, path: Path, how: 'replace' | 'remove' | 'pollute', value: unknown): unknown {
  const copy = structuredClone(json) as Record<string, unknown>;
  if (path.length === 0) return how === 'replace' ? value : copy;
  let parent = copy;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
  const last = path.at(-1)!;
  if (how === 'replace') parent[last] = value;
  else if (how === 'remove') delete parent[last];
  else Object.defineProperty(parent, '__proto__', { value: { polluted: true }, enumerable: true });
  return copy;
}

/** As it comes from a stranger: as text, which may be refused as such. */
const arrived = (json: unknown): unknown => parseJson(JSON.stringify(json));
const NOT_READ = { name: 'SyntaxError', message: expect.stringMatching(/__proto__|half a character/) };

const mutations = (json: unknown) => fc.tuple(fc.constantFrom(...paths(json)), fc.constantFrom('replace', 'remove', 'pollute'), hostile);

test('any hash is read, and what is read is written and read alike', () => {
  const keys = fc.oneof(fc.constantFrom('pack', 'class', 'seed', 'view', 'at', 'check', 'given', '__proto__', 'constructor', ...settingsTable.map((p) => p.short)), fc.string());
  const value = fc.oneof(fc.string(), fc.constantFrom('%', '%E0%A4%A', '1e999', '-0', 'NaN', '__proto__', '<script>', '٣', '1'.repeat(400)), fc.integer().map(String), fc.double().map(String));
  const hash = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.tuple(keys, value), { maxLength: 12 }).map((pairs) => `#${pairs.map(([k, v]) => `${k}=${v}`).join('&')}`));
  fc.assert(fc.property(hash, (text) => {
    const { value: link } = readPermalink(text);
    if (link.seed !== undefined) expect(link.seed >>> 0).toBe(link.seed);
    for (const { key, min, max } of settingsTable) {
      const set = link.settings[key];
      if (typeof set === 'number') expect(set >= (min ?? -Infinity) && set <= (max ?? Infinity)).toBe(true);
    }
    expect(readPermalink(writePermalink(link)).value).toEqual(link);
  }), { numRuns: RUNS });
}, 180_000);

test('any mutation of a manifest is taken whole or refused with a code', async () => {
  const manifest = tinyManifest();
  await fc.assert(fc.asyncProperty(mutations(manifest), async ([path, how, value]) => {
    const json = mutate(manifest, path, how as 'replace', value);
    try {
      const parsed = parseManifest(arrived(json));
      expect(await packHash(parsed)).toMatch(/^[0-9a-f]{64}$/);
      expect(Object.hasOwn(parsed.variants, parsed.defaultVariant.wasm)).toBe(true);
    } catch (error) {
      expect(error).toMatchObject(error instanceof SyntaxError ? NOT_READ : { name: 'PackError', code: expect.stringMatching(/^manifest-(invalid|version)$/) });
    }
  }), { numRuns: RUNS });
}, 180_000);

test('any mutation of a run is taken whole or refused with a code', () => {
  const m = tinyManifest();
  const events = Array.from({ length: m.grid.tokens }, (_, t): TokenEvent => ({
    t, token: t % m.vocab, entropy: t === 0 ? null : 1, opens: t % 2 === 0 ? [t === 0 ? 'first' : 'entropy'] : [], source: 'sampled',
    patch: Math.floor(t / 2), logprob: -1, classLogprob: -1, alternatives: [[t % m.vocab, 0.5]], times: { decoder: 1 },
  }));
  const run: Run = {
    format: 'dpar-run', formatVersion: 1, events, complete: true, digest: digest(tokensOf(events), startsOf(events), m.grid.width),
    header: { pack: { name: 'tiny', hash: 'a0' }, variant: 'fp32', backend: 'wasm', class: 0, className: 'Forest', seed: 1, settings: m.defaults, grid: m.grid },
  };
  expect(parseRun(run)).toEqual(run);
  fc.assert(fc.property(mutations(run), ([path, how, value]) => {
    try {
      const parsed = parseRun(arrived(mutate(run, path, how as 'replace', value)));
      expect(parsed.digest).toBe(digest(tokensOf(parsed.events), startsOf(parsed.events), parsed.header.grid.width));
    } catch (error) {
      expect(error).toMatchObject(error instanceof SyntaxError ? NOT_READ : { code: 'run-invalid' });
    }
  }), { numRuns: RUNS });
}, 180_000);
