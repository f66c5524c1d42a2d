import { expect, test } from '@playwright/test';
import type { Manifest } from '../engine/manifest.ts';
import { fixturePacks, readJson, shippedPacks } from './packs.ts';
import { decodeGraphs, nameOf, placements, windowsOf } from './placed.ts';

test('there is a pack to check', () => {
  expect([...shippedPacks, ...fixturePacks].map((pack) => pack.name)).not.toEqual([]);
});

/** Of the same graphs as nano, with fewer blocks. */
const SMALLER = 'pico';
const cases = [...shippedPacks, ...fixturePacks].filter(({ name }) => name !== SMALLER).flatMap((pack) =>
  Object.keys((readJson(pack, 'manifest.json') as Manifest).variants).map((variant) => ({ pack, variant })));

for (const { pack, variant } of cases) {
  test(`${pack.name}, ${variant}: no node of the decode graphs leaves the GPU, guided or not`, async ({ page }) => {
    const manifest = readJson(pack, 'manifest.json') as Manifest;
    // Graphs for several tokens a pass take both rows of guidance as one.
    const graphs = [
      ...([1, 2] as const).flatMap((groups) => decodeGraphs(manifest.kind).map((graph) => ({ graph, groups }))), ...windowsOf(manifest, variant).map((graph) => ({ graph, groups: 2 as const })),
    ];
    const found = await placements(page, 'webgpu', pack.manifest, variant, graphs);
    expect([...found.keys()], 'onnxruntime printed the placement of every graph').toEqual(graphs.map(nameOf));
    for (const [graph, counts] of found) {
      expect(Object.keys(counts), `${graph}: ${JSON.stringify(counts)}`).toEqual(['WebGpuExecutionProvider']);
      expect(counts.WebGpuExecutionProvider).toBeGreaterThan(5);
    }
  });
}
