import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { readPack } from '../node/pack.ts';
import { NodeRunner } from '../node/runtime.ts';
import { decodeOne, type DecodeRequest } from './decode.ts';
import { devicePass } from './device-pass.ts';
import type { DecodeGraphs } from './graphs.ts';
import type { TokenEvent } from './log.ts';
import { decodeGraphs } from './decode-graphs.ts';
import type { DparManifest, GptManifest, Manifest } from './manifest.ts';
import { withDevice } from './testing/host-device.ts';

const pack = await readPack(join(import.meta.dirname, '../fixtures/models/nano'));
const manifest = pack.manifest as DparManifest;
const inner = new NodeRunner(pack, { newSlots: false });
afterAll(() => inner.release());

async function run(graphs: DecodeGraphs, request: DecodeRequest, m: Manifest = manifest): Promise<TokenEvent[]> {
  const events: TokenEvent[] = [];
  for await (const event of decodeOne(graphs, m, request)) events.push(event);
  graphs.dispose();
  return events;
}

const plain = (events: TokenEvent[]) => events.map((event) => ({ ...event, times: {} }));

test.each([
  ['guided, dynamic patches', {}],
  ['unguided', { guidance: 1 }],
  ['token by token, without the entropy model', { maxPatchLength: 1 }],
  ['long patches', { entropyThreshold: 10, maxPatchLength: 8 }],
] as const)('%s: with sampling on the device a run is the same, at one wait a token', async (_, changes) => {
  const request = { class: 1, seed: 11, settings: { ...manifest.defaults, ...changes } };
  const { runner, device } = withDevice(inner);
  const beside = await run(decodeGraphs(runner, manifest), request);
  expect(plain(beside)).toEqual(plain(await run(decodeGraphs(inner, manifest), request)));
  expect(beside).toHaveLength(manifest.grid.tokens);
  expect(device.waits).toBe(manifest.grid.tokens);
  expect(device.begins).toBe(1);
  const single = 'maxPatchLength' in changes && changes.maxPatchLength === 1;
  expect(Object.keys(beside[1]!.times).sort()).toEqual(['decoder', 'encoder', ...(single ? [] : ['entropy']), 'patchTransformer', 'sampling', 'wait']);
  expect(Object.keys(beside.at(-1)!.times)).not.toContain('encoder');
});

test('a device learns that a batch begins before anything is made for it, and only where it samples', () => {
  const { runner, device } = withDevice(inner);
  const made: number[] = [];
  const cache = vi.spyOn(runner, 'cache').mockImplementation((dims) => {
    made.push(device.begins);
    return inner.cache(dims);
  });
  const graphs = decodeGraphs(runner, manifest);
  graphs.begin([0], null, 1);
  expect(new Set(made)).toEqual(new Set([1]));
  graphs.begin([0, 1], null, 1);
  expect(device.begins).toBe(1);
  graphs.dispose();
  cache.mockRestore();
});

test('entropies that could not be read are given back all the same', async () => {
  const { runner, device } = withDevice(inner);
  vi.spyOn(device, 'read').mockRejectedValueOnce(new Error('lost'));
  const dispose = vi.fn();
  const pass = devicePass(device, 1, {
    stage: 'decoder', logits: async () => runner.tensor('float32', new Float32Array(8), [1, 1, 8]),
    reads: { tokens: 16, encode: async () => undefined, entropies: async () => ({ ...runner.tensor('float32', new Float32Array(1), [1]), dispose }) },
  })!;
  const token = { image: 0, t: 0, patch: 0, rules: manifest.defaults, seed: 1, forced: undefined, nullEntropy: false };
  await expect(pass([token], [], true, async (_stage, _images, work) => work())).rejects.toThrow('lost');
  expect(dispose).toHaveBeenCalledOnce();
});

test('given tokens are scored on the device, and a second run starts anew', async () => {
  const request = { class: 0, seed: 3, settings: manifest.defaults, given: [5, 6, 7, 8] };
  const graphs = decodeGraphs(withDevice(inner).runner, manifest);
  const first = await run(graphs, request);
  expect(first.slice(0, 4).map(({ token, source }) => [token, source])).toEqual([[5, 'given'], [6, 'given'], [7, 'given'], [8, 'given']]);
  expect(plain(await run(graphs, request))).toEqual(plain(first));
  expect(plain(first)).toEqual(plain(await run(decodeGraphs(inner, manifest), request)));
});

test.each([2, 1])('token by token, guidance %s: the same run at one wait a token, the entropies of the null row with it', async (guidance) => {
  const gpt = await readPack(join(import.meta.dirname, '../fixtures/models/nano-llamagen'));
  const m = gpt.manifest as GptManifest;
  const plainly = new NodeRunner(gpt, { newSlots: false });
  const { runner, device } = withDevice(plainly);
  const request = { class: 1, seed: 11, settings: { ...m.defaults, guidance }, given: [7, 9] };
  const beside = await run(decodeGraphs(runner, m), request, m);
  expect(plain(beside)).toEqual(plain(await run(decodeGraphs(plainly, m), request, m)));
  expect(beside.slice(1).every(({ entropy }) => (guidance === 1 ? entropy === null : entropy! > 1))).toBe(true);
  expect(device.waits).toBe(m.grid.tokens);
  expect(Object.keys(beside[1]!.times).sort()).toEqual(['gpt', 'sampling', 'wait']);
  await plainly.release();
});
