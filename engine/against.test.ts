import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readPack } from '../node/pack.ts';
import { NodeRunner } from '../node/runtime.ts';
import { endsInNullRow, secondRows } from './against.ts';
import { decode, decodeOne, type DecodeRequest } from './decode.ts';
import { decodeGraphs } from './decode-graphs.ts';
import { checkRequest } from './decode-request.ts';
import { parseManifest, type Manifest } from './manifest.ts';
import type { DecodeLogits } from './sampling.ts';
import { checkAgainst, resolveAgainst } from './pack-settings.ts';
import { parseSetting, withSetting } from './setting-text.ts';
import { DependentGraphs, FakeGraphs, tinyGptManifest, tinyManifest } from './testing/manifest.ts';
import { watched } from './testing/watched.ts';

const m = tinyManifest();
const request = (against: number | undefined, guidance = 2, index = 0): DecodeRequest => ({ class: index, seed: 1, settings: { ...m.defaults, guidance, against } });

test('a class is read as --class reads it; none and the null class are the default', () => {
  expect(['River', 'sea or lake', '0', 'none', ' NONE ', '', '3'].map((text) => resolveAgainst(m, text))).toEqual([2, 1, 0, undefined, undefined, undefined, undefined]);
  expect(() => resolveAgainst(m, 'Desert')).toThrow('no class "Desert". Use one of Forest, Sea or lake, River.');
  expect(withSetting(m.defaults, 'against', 'River', m).against).toBe(2);
  expect(withSetting({ ...m.defaults, against: 2 }, 'against', 'none', m).against).toBeUndefined();
  expect(parseSetting('against', '2')).toBe(2);
  const named = { name: 'p', classes: [{ id: 'a', label: 'A' }, { id: 'b', label: 'None' }] };
  expect(resolveAgainst(named, 'none')).toBe(1);
});

test('a class that is not there, and the own class of the image, are named', () => {
  expect(() => checkRequest(m, request(3))).toThrow('Less like: The pack tiny has classes 0 to 2, got 3.');
  expect(() => checkRequest(m, request(0))).toThrow('Less like: Forest is the class of the image itself. Use another class, or none.');
  expect(() => checkRequest(m, request(2.5))).toThrow(/^Less like: /);
  for (const good of [request(undefined), request(2), request(2, 1), request(0, 2, 3)]) expect(() => checkAgainst(m, good)).not.toThrow();
  expect(() => parseManifest({ ...m, defaults: { ...m.defaults, against: 1 } })).toThrow('defaults.against: must be left out');
});

test('the second row is the null class unless another is named, each image its own; there is none without guidance', async () => {
  expect(secondRows(m, [request(2), request(undefined), request(1)])).toEqual([2, 3, 1]);
  expect(secondRows(m, [request(2, 1)])).toBeNull();
  const graphs = new FakeGraphs();
  for await (const pass of decode(graphs, { ...m, batch: 2 }, [request(2), request(undefined)])) void pass;
  expect(graphs.against).toEqual([2, 3]);
  for await (const event of decodeOne(graphs, m, request(2, 1))) void event;
  expect(graphs.against).toBeNull();
});

test('the null class has a row where guidance is against it, or where the one row is its own', () => {
  const rows: [DecodeRequest, boolean][] = [[request(undefined), true], [request(2), false], [request(2, 1), false], [request(undefined, 1), false], [request(undefined, 1, 3), true], [request(2, 1, 3), true], [request(2, 2, 3), false]];
  expect(rows.map(([one]) => endsInNullRow(m, one))).toEqual(rows.map(([, want]) => want));
});

test('a GPT reads entropies from the null class only: guided against another class it has none while decoding', async () => {
  const { entropyModel, ...rest } = tinyGptManifest();
  const gpt: Manifest = { ...rest, entropySource: 'null-class' };
  const entropies = async (settings: Partial<DecodeRequest['settings']>, window: number) => {
    const all: (number | null)[] = [];
    for await (const event of decodeOne(new DependentGraphs(), gpt, { class: 0, seed: 1, settings: { ...gpt.defaults, ...settings, window } })) all.push(event.entropy);
    return all;
  };
  expect(entropyModel).toBeDefined();
  for (const window of [1, 4]) {
    expect((await entropies({}, window)).slice(1).every((e) => typeof e === 'number')).toBe(true);
    expect(new Set(await entropies({ against: 1 }, window))).toEqual(new Set([null]));
  }
});

describe.each(['nano', 'nano-gpt', 'nano-llamagen'])('pack %s', (name) => {
  const runners: NodeRunner[] = [];
  afterAll(() => Promise.all(runners.map((runner) => runner.release())));

  /** Logits of a run through given tokens. */
  async function logitsOf(index: number, settings: Partial<DecodeRequest['settings']>, window: number): Promise<DecodeLogits[]> {
    const pack = await readPack(join(import.meta.dirname, '../fixtures/models', name));
    const runner = new NodeRunner(pack, { newSlots: window === 1 });
    runners.push(runner);
    const graphs = decodeGraphs(runner, pack.manifest);
    const rows: DecodeLogits[] = [];
    const watching = watched(graphs, (batch) => ({
      decoderStep: async (steps) => {
        const answers = await batch.decoderStep(steps);
        for (const [i, { t }] of steps.entries()) rows[t] = answers[i]!;
        return answers;
      },
    }));
    const given = Array.from({ length: pack.manifest.grid.tokens }, (_, t) => (7 * t) % pack.manifest.vocab);
    for await (const event of decodeOne(watching, pack.manifest, { class: index, seed: 0, settings: { ...pack.manifest.defaults, ...settings, window }, given })) void event;
    graphs.dispose();
    return rows;
  }
  const farthest = (a: DecodeLogits[], b: DecodeLogits[], row: 'classLogits' | 'nullLogits') =>
    Math.max(...a.map(({ nullLogits }, t) => Math.max(...nullLogits!.map((value, k) => Math.abs(value - b[t]![row]![k]!)))));

  test.each([1, 8])('the second row is what the class itself gives, in windows of %i', async (window) => {
    const away = await logitsOf(0, { guidance: 2, against: 2 }, window);
    expect(away.length).toBeGreaterThan(1);
    expect(farthest(away, await logitsOf(2, { guidance: 1 }, window), 'classLogits')).toBeLessThan(1e-4);
    expect(farthest(away, await logitsOf(0, { guidance: 2 }, window), 'nullLogits')).toBeGreaterThan(0.01);
  });
});
