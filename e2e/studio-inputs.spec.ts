import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { servePack, syntheticPack } from './fixtures/synthetic.ts';
import { fixturePacks } from './packs.ts';
import { generateButton, messages, mountPack, runFinished } from './studio-page.ts';

const nano = fixturePacks[0];
const canGenerate = (page: Page) => expect(generateButton(page)).toBeEnabled();

test('a recorded run plays, labelled, while the weights never come', async ({ page }) => {
  await servePack(page, await syntheticPack());
  await page.goto('/');
  await expect(page.locator('.run-title .chip')).toHaveText('Recorded');
  await expect(page.locator('[data-figure="tokens"]')).not.toHaveText('0');
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'loading');
});

test('under reduced motion the recorded run stands on its last frame', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await servePack(page, await syntheticPack());
  await page.goto('/');
  await expect(page.getByRole('slider', { name: 'Token shown' })).toHaveAttribute('aria-valuenow', '256');
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  // Opening and joining bars keep colours of their own: red leads in one, blue in the other.
  const leads = () => page.locator('.strip-plot canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    const found = { orange: 0, blue: 0 };
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b] = [data[i]!, data[i + 1]!, data[i + 2]!];
      if (r > g + 40 && g > b + 20) found.orange++;
      if (b > r + 40 && b > g + 20) found.blue++;
    }
    return Math.min(found.orange, found.blue);
  });
  await expect.poll(leads).toBeGreaterThan(100);
});

const addresses: [string, string, RegExp][] = [
  ['an unknown class', '#class=Moon&seed=1', /no class "Moon"/],
  ['a seed that is no whole number', '#class=River&seed=1.5', /seed must be a whole number/],
  ['a threshold that is no number', '#class=River&eth=abc', /Eth must be a number in nats, got "abc"/],
  ['patches longer than the window', '#class=River&rr=0&pmax=40', /at most 16/],
];
for (const [what, hash, words] of addresses) {
  test(`an address with ${what} is explained and the page works`, async ({ page }) => {
    await servePack(page, await syntheticPack());
    await page.goto('/' + hash);
    await expect(messages(page).first()).toContainText(words);
    await expect(page.locator('.run-title')).toContainText('Recorded');
    await canGenerate(page);
    await page.getByRole('button', { name: 'Close message' }).first().click();
    await expect(messages(page)).toHaveCount(0);
  });
}

test('wrong values typed into the fields are refused in place', async ({ page }) => {
  await servePack(page, await syntheticPack());
  await page.goto('/');
  await page.getByRole('textbox', { name: 'Seed' }).fill('ten');
  await expect(page.locator('#seed-error')).toContainText('whole number from 0 to 4294967295');
  await expect(generateButton(page)).toBeDisabled();
  await page.getByRole('button', { name: 'New seed' }).click();
  await canGenerate(page);
  const threshold = page.getByRole('textbox', { name: /Threshold/ });
  await threshold.fill('high');
  await expect(page.locator('.setting .field-error')).toContainText('Eth must be a number in nats');
  await expect(page.getByText('Fix the highlighted value first.')).toBeVisible();
  await page.getByRole('button', { name: 'Reset to 5.20' }).click();
  await expect(threshold).toHaveValue('5.20');
  await canGenerate(page);
  await threshold.fill('4.4');
  await threshold.blur();
  await canGenerate(page);
  await page.getByRole('button', { name: 'Reset Entropy threshold' }).click();
  await expect(threshold).toHaveValue('5.20');
});

test('a pack that is not there is named, and another can be chosen', async ({ page }) => {
  await page.goto('/#pack=mars');
  await expect(messages(page)).toContainText('There is no pack "mars"');
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  await page.getByRole('button', { name: 'Choose a pack' }).click();
  await page.getByRole('group', { name: 'Pack' }).getByRole('radio').first().click();
  await expect(messages(page).filter({ hasText: 'mars' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: /^Characters/ })).toBeVisible();
});

test('a manifest of another version is named', async ({ page }) => {
  const pack = await syntheticPack();
  pack.files.set('manifest.json', Buffer.from(JSON.stringify({ ...pack.manifest, formatVersion: 2 })));
  await servePack(page, pack);
  await page.goto('/');
  await expect(messages(page)).toContainText('formatVersion 2; this studio reads version 1');
});

test('an altered recorded run is refused and the page goes on', async ({ page }) => {
  const pack = await syntheticPack();
  const path = pack.manifest.recordings[0]!.run.path;
  pack.files.set(path, Buffer.from(pack.files.get(path)!.toString().replace('"token":1', '"token":2')));
  await servePack(page, pack);
  await page.goto('/');
  await expect(messages(page)).toContainText(path);
  await canGenerate(page);
});

test.describe('weights', () => {
  test.skip(!nano, 'its fixture pack is not in e2e/fixtures/models');
  const shard = /fp32\/entropy\.bin/;
  const damages: [string, Parameters<Page['route']>[1], RegExp][] = [
    ['missing', (route) => route.fulfill({ status: 404 }), /entropy\.bin.* is missing/],
    ['altered', (route) => route.fulfill({ body: 'x'.repeat(1000), contentType: 'application/octet-stream' }), /truncated or altered/],
    ['a web page', (route) => route.fulfill({ body: '<!doctype html>Sign in', contentType: 'text/html' }), /web page arrived in place of .*entropy\.bin/],
  ];
  for (const [what, damage, words] of damages) {
    test(`that are ${what}: named, and a retry goes on to the image`, async ({ page }) => {
      await mountPack(page, nano!);
      await page.route(shard, damage);
      await page.goto(`/#pack=${nano!.name}`);
      await expect(messages(page)).toContainText(words);
      await page.unroute(shard, damage);
      await generateButton(page).click();
      await runFinished(page);
      await expect(messages(page)).toHaveCount(0);
    });
  }
});

test('a browser without WebAssembly SIMD gets a message', async ({ page }) => {
  test.skip(!nano, 'its fixture pack is not in e2e/fixtures/models');
  await mountPack(page, nano!);
  await page.route(/inference\.worker.*\.js/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `WebAssembly.validate = () => false;\n${await response.text()}` });
  });
  await page.goto(`/#pack=${nano!.name}`);
  await expect(messages(page)).toContainText('WebAssembly with SIMD is missing');
  await expect(messages(page)).toContainText('Use a current Chrome');
});

test('the synthetic pack stays out of the site', () => {
  const source = readFileSync(join(import.meta.dirname, '..', 'src', 'main.tsx'), 'utf8');
  expect(source).not.toContain('synthetic');
});
