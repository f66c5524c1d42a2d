import { afterEach, expect, test, vi } from 'vitest';
import { rounded, say } from '../../engine/phrase.ts';
import { tinyManifest } from '../../engine/testing/manifest.ts';
import { createNotices } from '../state/notices.ts';
import { manifestAt, openPackAt } from './packAt.ts';

const PAGE = 'https://studio.test/demo/';
const allowed = ['https://packs.test'];
afterEach(() => vi.unstubAllGlobals());

test.each([
  ['https://packs.test/tiny', 'https://packs.test/tiny/manifest.json'], ['https://packs.test/tiny/', 'https://packs.test/tiny/manifest.json'],
  [' https://packs.test/tiny/manifest.json ', 'https://packs.test/tiny/manifest.json'], ['models/tiny', 'https://studio.test/demo/models/tiny/manifest.json'],
])('%s is the pack at %s', (text, address) => expect(manifestAt(text, PAGE, allowed)).toBe(address));

test.each(['https://evil.test/tiny', '//evil.test/x', 'http://packs.test/tiny', 'javascript:alert(1)', 'data:application/json,{}', 'file:///etc/passwd', '', 'https://'])(
  'an address elsewhere or of another kind, "%s", is refused', (text) => expect(() => manifestAt(text, PAGE, allowed)).toThrow(expect.objectContaining({ code: 'pack-refused' })),
);

async function opened(json: unknown) {
  const fetch = vi.fn(async () => new Response(JSON.stringify(json)));
  vi.stubGlobal('fetch', fetch);
  const notices = createNotices();
  const usePack = vi.fn(async () => undefined);
  await openPackAt({ notices, usePack }, 'models/tiny', PAGE);
  return { fetch, usePack, notice: notices.getState().list[0]! };
}

test('it is used after consent only, and its origin is named', async () => {
  const manifest = tinyManifest();
  const { usePack, notice } = await opened(manifest);
  expect(notice.message).toEqual(say`Use the pack "${manifest.title}" (${rounded(10e-6, 1)} MB)?`);
  expect(notice).toMatchObject({ code: 'pack-consent', detail: { values: expect.arrayContaining(['studio.test']) } });
  expect(usePack).not.toHaveBeenCalled();
  notice.action!.run();
  expect(usePack).toHaveBeenCalledWith({ manifest, manifestUrl: 'https://studio.test/demo/models/tiny/manifest.json' });
});

test('a manifest that is none is named, and nothing is asked', async () => {
  const { usePack, notice } = await opened({ ...tinyManifest(), vocab: -1 });
  expect(notice.code).toBe('manifest-invalid');
  expect(notice.action).toBeUndefined();
  expect(usePack).not.toHaveBeenCalled();
});
