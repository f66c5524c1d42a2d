import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterEach, expect, test, vi } from 'vitest';
import { CARD, cardOf, siteAddress } from './social-card.ts';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'index.html'), 'utf8');

afterEach(() => vi.unstubAllEnvs());

test('a link is shown with the words of the page and the picture that is there', () => {
  expect(cardOf(page)).toMatchObject({ 'og:title': expect.stringContaining('DPAR Studio'), 'og:description': expect.stringMatching(/\w{5,}/), 'og:image': `./${CARD}` });
  const file = join(root, 'public', CARD);
  expect(existsSync(file)).toBe(true);
  const { width, height } = PNG.sync.read(readFileSync(file));
  expect([width, height]).toEqual([1200, 630]);
});

test('with the address of the site the picture has a whole address', () => {
  vi.stubEnv('STUDIO_URL', 'https://example.org/studio/');
  expect(cardOf(page)).toMatchObject({ 'og:image': `https://example.org/studio/${CARD}`, 'og:url': 'https://example.org/studio/' });
});

test.each(['example.org', 'http://example.org/', 'https://example.org/studio'])('"%s" is no address of a site', (text) => {
  expect(() => siteAddress(text)).toThrow(/STUDIO_URL/);
});
