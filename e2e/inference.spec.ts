import { expect, test, type Page } from '@playwright/test';
import type { InferenceClient, LoadReport, Picture, Result } from '../src/inference/client.ts';
import type { Manifest } from '../engine/manifest.ts';
import type { TokenEvent } from '../engine/log.ts';
import type { choose } from '../engine/sampling.ts';
import { fixturePack, readJson } from './packs.ts';
import { decodeGraphs, nameOf, placements } from './placed.ts';
import { goldenCases } from './sample-cases.ts';

interface Golden {
  /** `tokens` follow the prefix. */
  greedy?: { class: number; prefix: number[]; guidance: number; tokens: number[] };
}
type Scope = { client: InferenceClient; choose: typeof choose };

const pack = fixturePack('nano');
/** A token takes long on a software adapter. */
const smallest = fixturePack('pico');

const backendOf = (project: string) => (project === 'webgpu' ? 'webgpu' : 'wasm');

async function load(page: Page, backend: 'auto' | 'webgpu' | 'wasm', from = pack): Promise<Result<LoadReport> & { stages: string[] }> {
  await page.goto('/e2e/pages/inference.html');
  await page.waitForFunction(() => 'client' in globalThis);
  return page.evaluate(async ([path, wanted]) => {
    const stages: string[] = [];
    const result = await (globalThis as unknown as Scope).client.load(
      { manifestUrl: new URL(path, location.origin).href, backend: wanted },
      ({ stage }) => { if (stages.at(-1) !== stage) stages.push(stage); },
    );
    return { ...result, stages };
  }, [from.manifest, backend] as const);
}

const generate = (page: Page, request: object, stopAfter = Infinity) => page.evaluate(async ([body, limit]) => {
  const { client } = globalThis as unknown as Scope;
  const events: TokenEvent[] = [];
  let last: Picture | null = null;
  const result = await client.generate([body as never], (_, batch) => {
    events.push(...batch);
    if (events.length >= limit) void client.stop();
  }, (_, picture) => { last = picture; });
  const picture = last as Picture | null;
  const alphas = picture ? [...picture.rgba].filter((_, i) => i % 4 === 3) : [];
  return { result: result.ok ? { ...result, value: result.value[0]! } : result, tokens: events.map((e) => e.token), cells: picture?.cells ?? 0, opaque: alphas.filter((a) => a === 255).length / Math.max(1, alphas.length) };
}, [request, stopAfter] as const);

test('a pack loads, is tested against golden values, and makes the golden picture', async ({ page }, { project }) => {
  const backend = backendOf(project.name);
  const made = backend === 'webgpu' ? smallest : pack;
  const loaded = await load(page, backend, made);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded));
  expect(loaded.stages).toEqual(['manifest', 'runtime', 'weights', 'graphs', 'self-test', 'sessions']);
  expect(loaded.value).toMatchObject({ backend, trials: [{ backend, correct: true, reason: null }] });
  expect(loaded.value.trials[0]!.maxError).toBeLessThan(1e-3);

  const manifest = readJson(made, 'manifest.json') as Manifest;
  const { greedy } = readJson(made, 'golden.json') as Golden;
  const request = {
    class: greedy?.class ?? 1, seed: 1, given: greedy?.prefix ?? [],
    settings: { ...manifest.defaults, temperature: 0, guidance: greedy?.guidance ?? 2 },
  };
  const run = await generate(page, request);
  expect(run.result).toMatchObject({ ok: true, value: { complete: true, tokens: manifest.grid.tokens } });
  expect(run.tokens).toHaveLength(manifest.grid.tokens);
  if (greedy) expect(run.tokens.slice(greedy.prefix.length).slice(0, greedy.tokens.length)).toEqual(greedy.tokens);
  expect(run).toMatchObject({ cells: manifest.grid.tokens, opaque: 1 });

  const unguided = await generate(page, { ...request, given: [], settings: { ...request.settings, guidance: 1 } });
  expect(unguided.result).toMatchObject({ ok: true, value: { complete: true } });
  // On the GPU soak.spec.ts makes one seed many times.
  if (backend === 'wasm') expect((await generate(page, request)).tokens).toEqual(run.tokens);
});

test('tokens of the golden vectors come out of the sampler of a page', async ({ page }, { project }) => {
  test.skip(project.name === 'webgpu', 'of the processor');
  await page.goto('/e2e/pages/inference.html');
  await page.waitForFunction(() => 'choose' in globalThis);
  const cases = goldenCases();
  const tokens = await page.evaluate((list) => list.map(({ classLogits, nullLogits, rules, at }) => (globalThis as unknown as Scope).choose(
    { classLogits: Float32Array.from(classLogits), nullLogits: nullLogits && Float32Array.from(nullLogits) }, rules, at,
  ).token), cases.map(({ sample }) => sample));
  expect(tokens).toEqual(cases.map(({ token }) => token));
});

test('stop ends a run between two tokens and keeps the model', async ({ page }, { project }) => {
  const made = project.name === 'webgpu' ? smallest : pack;
  expect(await load(page, backendOf(project.name), made)).toMatchObject({ ok: true });
  const manifest = readJson(made, 'manifest.json') as Manifest;
  const run = await generate(page, { class: 0, seed: 3, settings: manifest.defaults }, 1);
  expect(run.result, JSON.stringify(run.result)).toMatchObject({ ok: true, value: { complete: false } });
  expect(run.tokens.length).toBeLessThan(manifest.grid.tokens);
  expect(run.opaque).toBeCloseTo(run.cells / manifest.grid.tokens, 5);
  const painted = await page.evaluate(async (tokens) => (await (globalThis as unknown as Scope).client.paint(tokens)).ok, Array<number>(manifest.grid.tokens).fill(1));
  expect(painted).toBe(true);
});

test('automatic choice reports every backend it tried', async ({ page }, { project }) => {
  const loaded = await load(page, 'auto');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded));
  expect(loaded.value.trials.map((trial) => trial.backend)).toEqual(project.name === 'webgpu' ? ['wasm', 'webgpu'] : ['wasm']);
});

test('weights kept in fewer bits are widened while a session opens: no variant leaves more nodes to run than fp32', async ({ browser }, { project }) => {
  const manifest = readJson(pack, 'manifest.json') as Manifest;
  const graphs = decodeGraphs(manifest.kind).map((graph) => ({ graph, groups: 2 as const }));
  const nodes = async (variant: string) => {
    const page = await browser.newPage();
    const found = await placements(page, backendOf(project.name), pack.manifest, variant, graphs);
    await page.close();
    return graphs.map((graph) => Object.values(found.get(nameOf(graph)) ?? {}).reduce((sum, count) => sum + count, 0));
  };
  const plain = await nodes('fp32');
  expect(Math.min(...plain)).toBeGreaterThan(5);
  const widened = Object.keys(manifest.variants).filter((name) => /^w\d+$/.test(name));
  expect(widened).not.toEqual([]);
  for (const variant of widened) expect(await nodes(variant), variant).toEqual(plain);
});

const weights = /\/fp32\/entropy\.bin/;
const damages: [string, Parameters<Page['route']>[1], string][] = [
  ['missing', (route) => route.fulfill({ status: 404 }), 'shard-missing'],
  ['cut off by the network', (route) => route.abort(), 'unreachable'],
  ['altered', (route) => route.fulfill({ body: 'x'.repeat(1000), contentType: 'application/octet-stream' }), 'shard-altered'],
  ['a web page', (route) => route.fulfill({ body: '<!doctype html>Sign in', contentType: 'text/html' }), 'shard-is-html'],
];
for (const [what, handler, code] of damages) {
  test(`a shard that is ${what} is named, and a retry works`, async ({ page }, { project }) => {
    test.skip(project.name === 'webgpu', 'of files, not of backends');
    await page.route(weights, handler);
    expect(await load(page, 'wasm')).toMatchObject({ ok: false, code, message: { values: expect.arrayContaining([expect.stringContaining('entropy.bin')]) } });
    await page.unroute(weights);
    expect(await load(page, 'wasm')).toMatchObject({ ok: true });
  });
}
