import { expect, test } from '@playwright/test';
import type { Manifest } from '../engine/manifest.ts';
import { fixturePacks, readJson, shippedPacks } from './packs.ts';
import { decodeGraphs, placements, windowsOf } from './placed.ts';

test('there is a pack to check', () => {
  expect([...shippedPacks, ...fixturePacks].map((pack) => pack.name)).not.toEqual([]);
});

/** Of the same graphs as nano, with fewer blocks. */
const SMALLER = 'pico';
const cases = [...shippedPacks, ...fixturePacks].filter(({ name }) => name !== SMALLER).flatMap((pack) =>
  Object.keys((readJson(pack, 'manifest.json') as Manifest).variants).flatMap((variant) => ([1, 2] as const).map((groups) => ({ pack, variant, groups }))));

for (const { pack, variant, groups } of cases) {
  test(`${pack.name}, ${variant}, ${groups === 2 ? 'guided' : 'unguided'}: no node of the decode graphs leaves the GPU`, async ({ page }) => {
    const manifest = readJson(pack, 'manifest.json') as Manifest;
    // Graphs for several tokens a pass take both rows of guidance as one.
    const graphs = [...decodeGraphs(manifest.kind), ...(groups === 2 ? windowsOf(manifest, variant) : [])];
    const found = await placements(page, 'webgpu', pack.manifest, variant, graphs, groups);
    expect([...found.keys()], 'onnxruntime printed the placement of every graph').toEqual(graphs);
    for (const graph of graphs) {
      const counts = found.get(graph)!;
      expect(Object.keys(counts), `${graph}: ${JSON.stringify(counts)}`).toEqual(['WebGpuExecutionProvider']);
      expect(counts.WebGpuExecutionProvider).toBeGreaterThan(5);
    }
  });
}
