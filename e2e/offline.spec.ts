import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { faultServer } from './fault-server.ts';
import { downloadRun, messages, runFinished } from './studio-page.ts';

const ready = (page: Page) => expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
const shellKept = (page: Page) => page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);

test('after one visit the studio opens and makes an image without any network', async ({ page }) => {
  const server = await faultServer({ path: '/studio/' });
  await page.goto(`${server.url}#pack=nano`);
  await ready(page);
  await expect.poll(() => shellKept(page)).toBe('activated');
  await server.close();
  await page.goto(`${server.url}?again#pack=nano&class=1&seed=5`);
  await runFinished(page);
  expect((await downloadRun(page)).complete).toBe(true);
  await expect(page.locator('.class-card .thumb').first()).toHaveCSS('background-image', /blob:/);
});

test('a new version waits until it is agreed to, and the page never mixes two', async ({ page }) => {
  const server = await faultServer();
  try {
    await page.goto(`${server.url}#pack=nano`);
    await ready(page);
    await expect.poll(() => shellKept(page)).toBe('activated');
    const site = join(import.meta.dirname, '..', '.cache', 'e2e-site');
    const index = readFileSync(join(site, 'index.html'), 'utf8').replace('<title>', '<title>New: ');
    const sw = readFileSync(join(site, 'sw.js'), 'utf8').replace(/(url:["'`]index\.html["'`],revision:["'`])[0-9a-f]+/, '$1new');
    server.faults.set('index.html', (_, response) => !!response.writeHead(200, { 'content-type': 'text/html' }).end(index));
    server.faults.set('sw.js', (_, response) => !!response.writeHead(200, { 'content-type': 'text/javascript' }).end(`${sw}\n// new`));
    await page.reload();
    await expect(messages(page).filter({ hasText: 'A new version of the studio is ready' })).toBeVisible();
    expect(await page.title()).not.toContain('New:');
    await page.reload();
    expect(await page.title()).not.toContain('New:');
    await page.getByRole('button', { name: 'Use it now' }).click();
    await expect.poll(() => page.title().catch(() => '')).toContain('New:');
  } finally {
    await server.close();
  }
});

test('weights and runtime are not in the list of the service worker', () => {
  const sw = readFileSync(join(import.meta.dirname, '..', '.cache', 'e2e-site', 'sw.js'), 'utf8');
  const urls = [...sw.matchAll(/url:["'`]([^"'`]+)["'`],revision/g)].map(([, url]) => url!);
  expect(urls).toContain('index.html');
  expect(urls.filter((url) => /\.onnx$|\.bin\.\d|\.wasm(\.\d+)?$|^models\//.test(url))).toEqual([]);
});
