import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { servePack, syntheticBaseline, syntheticPack } from '../fixtures/synthetic.ts';

/**
 * The main states as pictures. They show a site of two made-up packs, so no training changes them, and every letter as a
 * block of one font (fixtures/block-font.py), so no machine's fonts do. After a change that is meant:
 * npx playwright test --project=wasm e2e/looks.spec.ts --update-snapshots
 */
test.use({ bypassCSP: true, deviceScaleFactor: 1, reducedMotion: 'reduce' });
const wide = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

async function open(page: Page, hash: string, viewport: { width: number; height: number }, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.setViewportSize({ ...viewport, height: viewport.height - 1 });
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.route('**/blocks.ttf', (route) => route.fulfill({ path: join(import.meta.dirname, '../fixtures/blocks.ttf'), contentType: 'font/ttf' }));
  const pack = await syntheticPack();
  pack.manifest.recordings.push({ ...pack.manifest.recordings[0]!, id: 'again', title: 'River once more' });
  pack.files.set('manifest.json', Buffer.from(JSON.stringify(pack.manifest)));
  // On a metered connection nothing is downloaded unasked: the page stands still.
  await page.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
  const packs = [pack, await syntheticBaseline()];
  for (const one of packs) await servePack(page, one);
  await page.route('**/models/index.json', (route) => route.fulfill({ json: { packs: packs.map(({ manifest: { name, title, kind } }) => ({ name, title, kind, bytes: 1 })) } }));
  await page.goto(`/${hash}`);
  await page.addStyleTag({ content: '@font-face { font-family: Blocks; src: url(/blocks.ttf); } * { font-family: Blocks !important; caret-color: transparent !important; }' });
  await page.evaluate(() => document.fonts.load('12px Blocks'));
  await expect(page.locator('.strip-plot').first()).toHaveAttribute('aria-valuenow', '256', { timeout: 60_000 });
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'asking');
  // Parts that are fetched late have come.
  await page.waitForLoadState('networkidle');
  // Canvases are drawn with the font from now on.
  await page.setViewportSize(viewport);
}

const same = (page: Page, name: string) => expect(page).toHaveScreenshot(`${name}.png`, { animations: 'disabled', maxDiffPixelRatio: 0.015, threshold: 0.25 });

for (const [name, viewport, scheme] of [['wide-light', wide, 'light'], ['wide-dark', wide, 'dark'], ['phone-dark', phone, 'dark']] as const) {
  test(`Generate, ${name}`, async ({ page }) => {
    await open(page, '', viewport, scheme);
    await same(page, `generate-${name}`);
  });
}

test('Inspect, what-if', async ({ page }) => {
  await open(page, '#view=inspect', wide, 'light');
  await page.getByRole('slider', { name: /E_th line/ }).press('PageDown');
  await expect(page.getByRole('group', { name: 'What-if' })).toBeVisible();
  await page.locator('*:focus').blur();
  await same(page, 'inspect-what-if');
});

test('Compare, and its differences', async ({ page }) => {
  await open(page, '#view=compare', wide, 'dark');
  await expect(page.locator('[data-compare="tokens-b"]')).toHaveText('256');
  await same(page, 'compare');
});

test('Guide, the gate', async ({ page }) => {
  await open(page, '#view=guide&step=3', phone, 'light');
  await expect(page.locator('[data-guide="patches"]')).not.toHaveText('–');
  await same(page, 'guide-phone');
});

test('Share, with the colours of the map', async ({ page }) => {
  await open(page, '', wide, 'light');
  await page.getByRole('button', { name: 'Display' }).click();
  await page.getByRole('radio', { name: 'Cividis' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(page.getByRole('dialog', { name: 'Share this run' }).getByRole('heading', { name: 'Files' })).toBeVisible();
  await same(page, 'share-cividis');
});

test('from right to left', async ({ page }) => {
  await open(page, '', phone, 'light');
  await page.evaluate(() => { document.documentElement.dir = 'rtl'; });
  await same(page, 'generate-phone-rtl');
});
