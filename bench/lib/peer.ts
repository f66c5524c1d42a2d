/** transformers.js in a page of its own, with a random GPT of as many blocks as a pack has. */
import type { Page } from '@playwright/test';
import type { DparManifest } from '../../engine/manifest.ts';
import type { PeerPage } from '../pages/peer.ts';
import type { Host } from './host.ts';
import { packageVersion } from './machine.ts';

type Scope = { bench: PeerPage };

export interface Peer {
  page: Page;
  blocks: number;
  /** Its name and version. */
  name: string;
  generate(count: number): ReturnType<PeerPage['generate']>;
  launches(count: number): ReturnType<PeerPage['launches']>;
}

export async function openPeer(host: Host, { model, vocab }: DparManifest, device: 'wasm' | 'webgpu'): Promise<Peer> {
  const blocks = model.encoderBlocks + model.patchTransformerBlocks + model.decoderBlocks;
  const address = host.address(host.peer(model.dim, model.heads, blocks, vocab));
  const page = await host.page('peer', device === 'webgpu' ? host.gpuBrowser() : host.browser());
  await page.evaluate((args) => (globalThis as unknown as Scope).bench.open(...args), [address, '/bench/runtime/', 1, device] as Parameters<PeerPage['open']>);
  return {
    page, blocks, name: `transformers.js ${packageVersion('@huggingface/transformers')}`,
    generate: (count) => page.evaluate((n) => (globalThis as unknown as Scope).bench.generate(n), count),
    launches: (count) => page.evaluate((n) => (globalThis as unknown as Scope).bench.launches(n), count),
  };
}
