import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, expectFits } from './axe.ts';
import type { DeviceReport } from '../src/device/report.ts';
import { fixturePack, shippedPacks } from './packs.ts';
import { mountPack } from './studio-page.ts';

const pack = fixturePack('nano');
const baseline = fixturePack('nano-gpt');
const shots = join(import.meta.dirname, 'artefacts', 'studio');

const chip = (page: Page) => page.locator('.status-chip');
const dialog = (page: Page) => page.getByRole('dialog', { name: 'Measure this device' });

/** The studio with both test packs beside it, and the dialog open. */
async function openDialog(page: Page, name = pack.name): Promise<void> {
  for (const each of [pack, baseline]) await mountPack(page, each);
  const list = [pack, baseline].map((each, i) => ({ name: each.name, title: each.name, kind: i === 0 ? 'dpar' : 'gpt', bytes: 1 }));
  await page.route('**/models/index.json', (route) => route.fulfill({ json: { packs: list } }));
  await page.goto(`/#pack=${name}`);
  await expect(chip(page)).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
  await chip(page).click();
  await page.getByRole('button', { name: 'Measure this device' }).click();
  await expect(dialog(page)).toBeVisible();
}

test('every way is measured, and the report is copied as Markdown and JSON', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openDialog(page);
  await page.getByRole('checkbox', { name: /^Compare with / }).check();
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(dialog(page).getByText('Measured.')).toBeVisible({ timeout: 120_000 });
  const speed = page.getByRole('table', { name: 'Speed' });
  for (const way of ['dynamic patches', 'Pmax = 1', 'plain GPT']) await expect(speed.getByRole('row', { name: way })).toContainText(/\d/);

  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole('button', { name: 'Copy as Markdown' }).click();
  await expect.poll(copied).toContain('## DPAR Studio on this device');
  expect(await copied()).toContain('| WASM, dynamic patches |');
  await page.getByRole('button', { name: 'Copy as JSON' }).click();
  await expect.poll(copied).toMatch(/^\{/);
  const report = JSON.parse(await copied()) as DeviceReport;
  expect(report).toMatchObject({ format: 1, pack: { name: pack.name, variant: 'fp32', tokens: 64 }, baseline: { name: baseline.name }, failures: [], device: { adapter: null } });
  expect(report.device.browser).toMatch(/Chrom/);
  expect(report.load.cold?.ms ?? report.load.warm?.ms).toBeGreaterThan(0);
  expect(report.results.map(({ backend, way, images }) => `${backend} ${way} ${images}`)).toEqual(['wasm dynamic 3', 'wasm single 3', 'wasm gpt 3']);
  const [dynamic, single, gpt] = report.results;
  expect(Object.keys(dynamic!.graphs).sort()).toEqual(['decoder', 'encoder', 'entropy', 'patch_transformer']);
  expect(Object.keys(single!.graphs)).not.toContain('entropy');
  expect(Object.keys(gpt!.graphs)).toEqual(['gpt']);
  for (const { tokensPerSecond, outside, msPerImage } of report.results) {
    expect(tokensPerSecond.median).toBeGreaterThan(1);
    expect(msPerImage!.median).toBeGreaterThan(0);
    expect(outside!).toBeGreaterThan(0);
    expect(outside!).toBeLessThan(1);
  }
  expect(dynamic!.graphs.patch_transformer!.runsPerImage).toBeLessThan(single!.graphs.patch_transformer!.runsPerImage);
  expect(report.speedups.map(({ against }) => against)).toEqual(['single', 'gpt']);

  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(dialog(page)).toHaveCount(0);
});

test('measuring can be cancelled, and the model stays', async ({ page }) => {
  const slow = shippedPacks[0] ?? pack;
  await openDialog(page, slow.name);
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(dialog(page).getByText(/^WASM, dynamic patches, picture 1 of 3/)).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog(page).getByText('Measuring was cancelled.')).toBeVisible();
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await page.keyboard.press('Escape');
  await expect(chip(page)).toHaveAttribute('data-model', 'ready');
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  await expect.poll(async () => Number(await page.locator('[data-figure="tokens"]').textContent())).toBeGreaterThan(1);
});

test('the report fits desktop and phone, light and dark, and axe finds nothing', async ({ browser }) => {
  test.slow();
  const context = await browser.newContext({ hasTouch: true, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await openDialog(page);
  const check = async (what: string) => {
    for (const [name, viewport] of [['desktop', { width: 1440, height: 900 }], ['phone', { width: 390, height: 844 }]] as const) {
      await page.setViewportSize(viewport);
      await expectFits(page);
      await expectAccessible(page, `${what}, ${name}`, { part: 'dialog', shot: (scheme) => join(shots, `device-${what}-${name}-${scheme}.png`) });
    }
  };
  await check('before');
  await page.getByRole('checkbox', { name: /^Compare with / }).check();
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(dialog(page).getByText('Measured.')).toBeVisible({ timeout: 120_000 });
  await check('after');
  await context.close();
});
