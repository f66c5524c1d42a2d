import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { pictureSize } from '../src/lib/pictureSize.ts';
import { faultServer, type FaultServer } from './fault-server.ts';
import { slowDown } from './slow-worker.ts';
import { downloadRun, generateButton, messages, runFinished } from './studio-page.ts';

test.use({ serviceWorkers: 'allow' });

const ready = (page: Page) => expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
/** A browser may let the old version finish what it has begun before the new one takes over. */
const AT_LENGTH = { timeout: 60_000 };
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

test('a browser finds nothing that would keep it from installing the studio', async ({ page }) => {
  const server = await faultServer({ path: '/studio/' });
  try {
    await page.goto(`${server.url}#pack=nano`);
    await ready(page);
    await expect.poll(() => shellKept(page)).toBe('activated');
    const session = await page.context().newCDPSession(page);
    const { errors, url, data } = await session.send('Page.getAppManifest');
    expect(errors).toEqual([]);
    const { icons, start_url } = JSON.parse(data!) as { start_url: string; icons: { src: string; sizes: string; type: string }[] };
    expect(new URL(start_url, url).href).toBe(server.url);
    for (const { src, sizes, type } of icons) {
      const answer = await page.request.get(new URL(src, url).href);
      expect(answer.headers()['content-type'], src).toBe(type);
      const size = pictureSize(new Uint8Array(await answer.body()));
      if (type === 'image/png') expect(`${size!.width}x${size!.height}`, src).toBe(sizes);
    }
    expect(icons.map(({ sizes }) => sizes)).toEqual(expect.arrayContaining(['192x192', '512x512']));
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    // Pages of tests are private ones, which is all that may stand in the way.
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([]);
  } finally {
    await server.close();
  }
});

/** The host has another version of the studio from now on. */
function deployNew(server: FaultServer): void {
  const site = join(import.meta.dirname, '..', '.cache', 'e2e-site');
  const index = readFileSync(join(site, 'index.html'), 'utf8').replace('<title>', '<title>New: ');
  const sw = readFileSync(join(site, 'sw.js'), 'utf8').replace(/(url:["'`]index\.html["'`],revision:["'`])[0-9a-f]+/, '$1new');
  server.faults.set('index.html', (_, response) => !!response.writeHead(200, { 'content-type': 'text/html' }).end(index));
  server.faults.set('sw.js', (_, response) => !!response.writeHead(200, { 'content-type': 'text/javascript' }).end(`${sw}\n// new`));
}
const newVersion = (page: Page) => messages(page).filter({ hasText: 'A new version of the studio is ready' });

test('a new version waits until it is agreed to, and the page never mixes two', async ({ page }) => {
  const server = await faultServer();
  try {
    await page.goto(`${server.url}#pack=nano`);
    await ready(page);
    await expect.poll(() => shellKept(page)).toBe('activated');
    deployNew(server);
    await page.reload();
    await expect(newVersion(page)).toBeVisible();
    expect(await page.title()).not.toContain('New:');
    await page.reload();
    expect(await page.title()).not.toContain('New:');
    await page.getByRole('button', { name: 'Use it now' }).click();
    await expect.poll(() => page.title().catch(() => ''), AT_LENGTH).toContain('New:');
  } finally {
    await server.close();
  }
});

test('a new version agreed to in one tab leaves the run of another alone, and that tab has a notice', async ({ page, context }) => {
  const server = await faultServer();
  try {
    await page.goto(`${server.url}#pack=nano`);
    await ready(page);
    await expect.poll(() => shellKept(page)).toBe('activated');
    await page.reload();
    await ready(page);
    deployNew(server);
    const other = await context.newPage();
    await other.goto(`${server.url}#pack=nano`);
    await expect(newVersion(other)).toBeVisible();
    await slowDown(page, 100);
    await generateButton(page).click();
    await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeVisible();
    await other.getByRole('button', { name: 'Use it now' }).click();
    await expect.poll(() => other.title().catch(() => ''), AT_LENGTH).toContain('New:');
    await expect(messages(page).filter({ hasText: 'The studio was updated in another tab.' })).toBeVisible();
    expect(await page.title()).not.toContain('New:');
    await runFinished(page);
    await messages(page).getByRole('button', { name: 'Reload' }).click();
    await expect.poll(() => page.title().catch(() => ''), AT_LENGTH).toContain('New:');
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
