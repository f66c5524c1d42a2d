import { expect, test, type Page } from '@playwright/test';
import { fixturePacks, shippedPacks } from './packs.ts';

type Place = (manifest: string, graphs: string[], groups: 1 | 2) => Promise<void>;

const GRAPHS = ['entropy', 'encoder', 'patch_transformer', 'decoder'];
/** onnxruntime's verbose line, "All nodes placed on [X]. Number of nodes: 78", or one such line a provider. */
const PLACED = /placed on \[(\w+)\]\. Number of nodes: (\d+)/;

/** Nodes per execution provider, for each graph. */
async function placements(page: Page, manifest: string, groups: 1 | 2): Promise<Map<string, Record<string, number>>> {
  const found = new Map<string, Record<string, number>>();
  let graph = '';
  page.on('console', (message) => {
    const text = message.text();
    if (text.startsWith('graph: ')) graph = text.slice('graph: '.length);
    const [, provider, nodes] = PLACED.exec(text) ?? [];
    if (!provider) return;
    const counts = found.get(graph) ?? {};
    counts[provider] = (counts[provider] ?? 0) + Number(nodes);
    found.set(graph, counts);
  });
  await page.goto('/e2e/pages/placement.html');
  await page.waitForFunction(() => 'place' in globalThis);
  await page.evaluate(([path, graphs, rows]) => (globalThis as unknown as { place: Place }).place(path, graphs, rows), [manifest, GRAPHS, groups] as const);
  await expect.poll(() => graph).toBe('end');
  return found;
}

test('there is a pack to check', () => {
  expect([...shippedPacks, ...fixturePacks].map((pack) => pack.name)).not.toEqual([]);
});

for (const pack of [...shippedPacks, ...fixturePacks]) {
  for (const groups of [1, 2] as const) {
    test(`${pack.name}, ${groups === 2 ? 'guided' : 'unguided'}: no node of the decode graphs leaves the GPU`, async ({ page }) => {
      const found = await placements(page, pack.manifest, groups);
      expect([...found.keys()], 'onnxruntime printed the placement of every graph').toEqual(GRAPHS);
      for (const graph of GRAPHS) {
        const counts = found.get(graph)!;
        expect(Object.keys(counts), `${graph}: ${JSON.stringify(counts)}`).toEqual(['WebGpuExecutionProvider']);
        expect(counts.WebGpuExecutionProvider).toBeGreaterThan(5);
      }
    });
  }
}
