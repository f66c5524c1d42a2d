/** Every pack at hand against the golden vectors that its exporter wrote from PyTorch (docs/packs.md "golden.json"). */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeOne, type DecodeRequest } from '../engine/decode.ts';
import { decodeGraphs } from '../engine/decode-graphs.ts';
import type { DecodeGraphs } from '../engine/graphs.ts';
import type { TokenEvent } from '../engine/log.ts';
import { decodesWithNullEntropies, type Manifest } from '../engine/manifest.ts';
import { patchify } from '../engine/patchify.ts';
import { readPngText } from '../engine/picture.ts';
import type { DecodeLogits } from '../engine/sampling.ts';
import { SessionPictures } from '../engine/session-pictures.ts';
import type { Golden } from '../engine/golden.ts';
import { watched } from '../engine/testing/watched.ts';
import { decodeImages, pngOf } from './image.ts';
import { readPack, readPackFile, type Pack } from './pack.ts';
import { NodeRunner } from './runtime.ts';
import { replacing } from './testing/replacing.ts';

interface WholeGolden extends Golden {
  /** Made-up test packs may lack the last two. */
  greedy?: { class: number; prefix: number[]; guidance: number; tokens: number[]; margin: number };
  picture?: { tokens: number[]; mean: number; pixels: [number, number, number, number][] };
}

/** Of fp32 on this backend; other variants may differ by what the exporter measured, too. */
const TOLERANCE = 1e-4;
const places = ['../public/models', '../fixtures/models'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
const folders = places.filter(existsSync).flatMap((place) => readdirSync(place).map((name) => join(place, name))).filter((folder) => existsSync(join(folder, 'manifest.json')));

const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let max = 0;
  for (let i = 0; i < b.length; i++) max = Math.max(max, Math.abs(a[i]! - b[i]!));
  return a.length === b.length ? max : Infinity;
};

test('there is a pack to test', (context) => {
  if (folders.length === 0) context.skip('no pack in public/models or fixtures/models: golden vectors were not checked');
});

const variantsOf = (folder: string) => Object.keys((JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest).variants);
const cases = folders.flatMap((folder) => variantsOf(folder).map((variant) => [basename(folder), variant, folder] as const));

describe.each(cases)('pack %s, %s', (_, variant, folder) => {
  let allowed: Record<'entropy' | 'logits' | 'picture', number>;
  let pack: Pack;
  let golden: WholeGolden;
  let runner: NodeRunner;
  let graphs: DecodeGraphs;

  beforeAll(async () => {
    pack = await readPack(folder);
    golden = JSON.parse(readPackFile(pack, pack.manifest.golden).toString('utf8')) as WholeGolden;
    const figures = variant === 'fp32' ? undefined : pack.manifest.variants[variant]!.figures;
    const allow = (measured = 0) => TOLERANCE + measured;
    allowed = { entropy: allow(figures?.entropy), logits: allow(figures?.logits), picture: 1e-3 + (figures?.picture ?? 0) };
    runner = new NodeRunner(pack, { variant, threads: 1 });
    graphs = decodeGraphs(runner, pack.manifest);
  });
  afterAll(async () => {
    graphs.dispose();
    await runner.release();
  });

  const digestOf = async (one: DecodeGraphs, request: DecodeRequest) => (await decodeImages(one, pack, runner.variant, [request]))[0]!.digest();

  test('teacher-forced: entropies, boundaries and logits, token by token', async () => {
    const logits = new Map<number, DecodeLogits>();
    const entropies: number[] = [];
    const recording = watched(graphs, (batch) => ({
      // The gate sees the golden entropies, so that every variant is compared on the same patches.
      entropyStep: async (steps) => {
        entropies.push((await batch.entropyStep(steps))[0]!);
        return [golden.entropies[steps[0]!.t + 1]!];
      },
      decoderStep: async (steps) => {
        const rows = await batch.decoderStep(steps);
        logits.set(steps[0]!.t, rows[0]!);
        return rows;
      },
    }));
    const settings = { ...pack.manifest.defaults, guidance: 2 };
    const events: TokenEvent[] = [];
    for await (const event of decodeOne(recording, pack.manifest, { class: golden.class, seed: 0, settings, given: golden.tokens })) events.push(event);
    expect(events.map((e) => e.token)).toEqual(golden.tokens);
    // A run of the baseline needs no entropy model: its entropies are those of the null row, or of the whole image, below.
    if (pack.manifest.kind === 'gpt') {
      const live = events.slice(1).map((e) => e.entropy);
      expect(entropies).toEqual([]);
      if (decodesWithNullEntropies(pack.manifest)) expect(farthest(live as number[], golden.entropies.slice(1) as number[])).toBeLessThanOrEqual(allowed.entropy);
      else expect(new Set(live)).toEqual(new Set([null]));
    }
    else expect(farthest(entropies.slice(0, golden.tokens.length - 1), golden.entropies.slice(1) as number[])).toBeLessThanOrEqual(allowed.entropy);
    expect(events.map((e) => e.opens.length > 0)).toEqual(golden.opens);
    for (const [i, t] of golden.positions.entries()) {
      expect(farthest(logits.get(t)!.classLogits, golden.logits_class[i]!), `class logits of token ${t}`).toBeLessThanOrEqual(allowed.logits);
      expect(farthest(logits.get(t)!.nullLogits!, golden.logits_null[i]!), `null logits of token ${t}`).toBeLessThanOrEqual(allowed.logits);
    }
  });

  test('the whole-image entropies and their patches', async (context) => {
    if (!pack.manifest.variants[runner.variant]!.graphs.entropy_all) context.skip('the pack has no graph entropy_all');
    const entropies = await new SessionPictures(runner, pack.manifest).entropyAll(golden.tokens);
    expect(farthest(entropies.subarray(1), golden.entropies.slice(1) as number[])).toBeLessThanOrEqual(allowed.entropy);
    const { entropyThreshold } = pack.manifest.defaults;
    if (golden.entropies.some((e) => e !== null && Math.abs(e - entropyThreshold) <= allowed.entropy)) return;
    expect(patchify(entropies, pack.manifest.defaults, pack.manifest.grid.width).opens.map((o) => o.length > 0)).toEqual(golden.opens);
  });

  test('greedy tokens after a prefix', async (context) => {
    const { greedy } = golden;
    if (!greedy) return context.skip('golden.json has no greedy tokens');
    const { guidance, margin } = greedy;
    const reach = 2 * (guidance + Math.abs(1 - guidance)) * allowed.logits;
    const want = [...greedy.prefix, ...greedy.tokens];
    // A variant may turn a choice as narrow as that. There the golden tokens are given, and each has to be as good as the best within its reach.
    const narrow = variant !== 'fp32' && margin <= reach;
    const short: number[] = [];
    const watching = watched(graphs, (batch) => ({
      decoderStep: async (steps) => {
        const t = steps[0]!.t;
        const [rows] = await batch.decoderStep(steps);
        const guided = rows!.classLogits.map((value, k) => guidance * value + (1 - guidance) * rows!.nullLogits![k]!);
        if (t >= greedy.prefix.length && t < want.length) short.push(Math.max(...guided) - guided[want[t]!]!);
        return [rows!];
      },
    }));
    const tokens: number[] = [];
    const settings = { ...pack.manifest.defaults, guidance, temperature: 0, topK: 0, topP: 1 };
    for await (const event of decodeOne(watching, pack.manifest, { class: greedy.class, seed: 0, settings, given: narrow ? want : greedy.prefix })) {
      tokens.push(event.token);
      if (tokens.length === want.length) break;
    }
    expect(tokens).toEqual(want);
    expect(short).toHaveLength(greedy.tokens.length);
    for (const [i, gap] of short.entries()) expect(gap, `token ${greedy.prefix.length + i}`).toBeLessThanOrEqual(narrow ? reach : 0);
  });

  test('the picture of known tokens', async (context) => {
    const known = golden.picture;
    if (!known) return context.skip('golden.json has no picture');
    const { size } = pack.manifest.image;
    const picture = await new SessionPictures(runner, pack.manifest).decode(known.tokens);
    expect(picture.reduce((a, b) => a + b, 0) / picture.length).toBeCloseTo(known.mean, variant === 'fp32' ? 4 : 2);
    for (const [c, y, x, value] of known.pixels) expect(Math.abs(picture[(c * size + y) * size + x]! - value)).toBeLessThanOrEqual(allowed.picture);
  });

  test('caches by new slots, written in place and replaced give the same tokens', async () => {
    const inPlace = new NodeRunner(pack, { variant, newSlots: false });
    const request = { class: 0, seed: 3, settings: pack.manifest.defaults };
    const newSlots = await digestOf(graphs, request);
    for (const other of [inPlace, replacing(inPlace)]) {
      const others = decodeGraphs(other, pack.manifest);
      expect(await digestOf(others, request)).toBe(newSlots);
      others.dispose();
    }
    await inPlace.release();
  });

  test('a seed gives the same digest twice, with guidance or without, and a picture that carries it', async () => {
    for (const guidance of [1, 2]) {
      const request = { class: 0, seed: 7, settings: { ...pack.manifest.defaults, guidance } };
      const [first] = await decodeImages(graphs, pack, runner.variant, [request]);
      expect(await digestOf(graphs, request)).toBe(first!.digest());
      const png = await pngOf(first!, new SessionPictures(runner, pack.manifest), pack.manifest.image.size);
      expect(readPngText(png, 'dpar-run')).toMatchObject({ digest: first!.digest(), header: { seed: 7 } });
    }
  });
});
