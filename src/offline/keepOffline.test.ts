import { afterEach, expect, test, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';
import type { Studio } from '../state/studio.ts';
import { keepOffline } from './keepOffline.ts';

afterEach(() => vi.unstubAllGlobals());

test('a visit that stores a model reads the list of packs, too, which keeps it', async () => {
  const fetched = vi.fn<(url: string) => Promise<Response>>(async () => Response.json({ packs: [] }));
  vi.stubGlobal('fetch', fetched);
  vi.stubGlobal('window', { addEventListener: () => undefined });
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('document', { baseURI: 'https://studio.test/demo/' });
  const pack = createStore(() => ({ model: 'loading', report: null as { stored: string } | null }));
  keepOffline({ session: { pack }, notices: {} } as unknown as Studio);
  pack.setState({ model: 'ready', report: { stored: 'none' } });
  pack.setState({ model: 'ready', report: { stored: 'stored' } });
  await vi.waitFor(() => expect(fetched.mock.calls.map(([url]) => url)).toEqual(['https://studio.test/demo/models/index.json']), { timeout: 10_000 });
});
