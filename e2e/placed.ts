import { expect, type Page } from '@playwright/test';
import { requiredGraphs, windowGraphs, type GraphName, type Kind, type Manifest } from '../engine/manifest.ts';
import type { BrowserBackend } from '../engine/log.ts';

/** A graph without guidance or with it. */
export interface Opened {
  graph: GraphName;
  groups: 1 | 2;
}
type Place = (backend: BrowserBackend, manifest: string, variant: string, graphs: readonly Opened[]) => Promise<void>;

/** How `placements` names it. */
export const nameOf = ({ graph, groups }: Opened) => `${graph} ${groups}`;

/** The graphs that run at every token or patch. */
export const decodeGraphs = (kind: Kind) => requiredGraphs[kind].filter((graph) => !graph.startsWith('tokenizer'));
/** onnxruntime's verbose line, "All nodes placed on [X]. Number of nodes: 78", or one such line a provider. */
const PLACED = /placed on \[(\w+)\]\. Number of nodes: (\d+)/;

/** Those for several tokens a pass, where the pack has them. */
export const windowsOf = ({ kind, variants }: Manifest, variant: string) => windowGraphs[kind].filter((graph) => variants[variant]!.graphs[graph]);

/** Nodes per execution provider in the optimised graph, for each graph. */
export async function placements(page: Page, backend: BrowserBackend, manifest: string, variant: string, graphs: readonly Opened[]): Promise<Map<string, Record<string, number>>> {
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
  await page.evaluate(([on, path, name, wanted]) => (globalThis as unknown as { place: Place }).place(on, path, name, wanted), [backend, manifest, variant, graphs] as const);
  await expect.poll(() => graph).toBe('end');
  return found;
}
