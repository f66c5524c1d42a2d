import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readPack } from '../node/pack.ts';
import { NodeRunner } from '../node/runtime.ts';
import { decodeOne, type DecodeRequest } from './decode.ts';
import type { DecodeGraphs } from './graphs.ts';
import type { TokenEvent } from './log.ts';
import { DparGraphs } from './dpar-graphs.ts';
import type { DparManifest } from './manifest.ts';
import { withDevice } from './testing/host-device.ts';

const pack = await readPack(join(import.meta.dirname, '../e2e/fixtures/models/nano'));
const manifest = pack.manifest as DparManifest;
const inner = new NodeRunner(pack, { byRow: false });
afterAll(() => inner.release());

async function run(graphs: DecodeGraphs, request: DecodeRequest): Promise<TokenEvent[]> {
  const events: TokenEvent[] = [];
  for await (const event of decodeOne(graphs, manifest, request)) events.push(event);
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
  const beside = await run(new DparGraphs(runner, manifest), request);
  expect(plain(beside)).toEqual(plain(await run(new DparGraphs(inner, manifest), request)));
  expect(beside).toHaveLength(manifest.grid.tokens);
  expect(device.waits).toBe(manifest.grid.tokens);
  const single = 'maxPatchLength' in changes && changes.maxPatchLength === 1;
  expect(Object.keys(beside[1]!.times).sort()).toEqual(['decoder', 'encoder', ...(single ? [] : ['entropy']), 'patchTransformer', 'sampling', 'wait']);
  expect(Object.keys(beside.at(-1)!.times)).not.toContain('encoder');
});

test('given tokens are scored on the device, and a second run starts anew', async () => {
  const request = { class: 0, seed: 3, settings: manifest.defaults, given: [5, 6, 7, 8] };
  const graphs = new DparGraphs(withDevice(inner).runner, manifest);
  const first = await run(graphs, request);
  expect(first.slice(0, 4).map(({ token, source }) => [token, source])).toEqual([[5, 'given'], [6, 'given'], [7, 'given'], [8, 'given']]);
  expect(plain(await run(graphs, request))).toEqual(plain(first));
  expect(plain(first)).toEqual(plain(await run(new DparGraphs(inner, manifest), request)));
});
