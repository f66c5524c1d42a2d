import { expect, test, type Page } from '@playwright/test';
import { faultServer } from './fault-server.ts';
import { downloadRun, messages, runFinished, useBackend } from './studio-page.ts';

test.use({ serviceWorkers: 'allow' });

const isolated = (page: Page) => page.evaluate(() => crossOriginIsolated);
const ready = (page: Page) => expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
const active = (page: Page) => expect.poll(() => page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state)).toBe('activated');

test('from the second load on, threads are there without any header of the host; they can be turned off', async ({ page }) => {
  const server = await faultServer({ path: '/studio/' });
  const violations: string[] = [];
  page.on('console', (message) => /Content Security Policy|Cross-Origin/.test(message.text()) && violations.push(message.text()));
  try {
    await page.goto(`${server.url}#pack=nano`);
    await useBackend(page, 'wasm');
    await active(page);
    expect(await isolated(page)).toBe(false);
    await page.goto(`${server.url}?again#pack=nano&class=1&seed=5`);
    expect(await isolated(page)).toBe(true);
    await runFinished(page);
    const threaded = await downloadRun(page);
    expect(threaded.complete).toBe(true);
    await page.locator('.status-chip').click();
    const choice = page.getByRole('checkbox', { name: /Several threads for WASM \(in use\)/ });
    await expect(choice).toBeChecked();
    await choice.uncheck();
    await expect(page.getByRole('checkbox', { name: /Several threads for WASM \(from the next load\)/ })).not.toBeChecked();
    await page.goto(`${server.url}?third#pack=nano&class=1&seed=5`);
    expect(await isolated(page)).toBe(false);
    await runFinished(page);
    expect((await downloadRun(page)).digest).toBe(threaded.digest);
    expect(violations).toEqual([]);
  } finally {
    await server.close();
  }
});

test('where the host itself isolates there is nothing to choose', async ({ page }) => {
  const server = await faultServer({ headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' } });
  try {
    await page.goto(`${server.url}#pack=nano`);
    await active(page);
    await page.goto(`${server.url}?again#pack=nano`);
    expect(await isolated(page)).toBe(true);
    await page.locator('.status-chip').click();
    const choice = page.getByRole('checkbox', { name: /Several threads for WASM \(in use; this site’s server sets it\)/ });
    await expect(choice).toBeChecked();
    await expect(choice).toBeDisabled();
  } finally {
    await server.close();
  }
});

test('inside another page nothing is isolated, and an image is made', async ({ page }) => {
  const server = await faultServer({ path: '/studio/' });
  try {
    await page.goto(`${server.url}#pack=nano`);
    await active(page);
    await page.goto(`${server.url}?again`);
    expect(await isolated(page)).toBe(true);
    server.faults.set('around.html', (_, response) => !!response.writeHead(200, { 'content-type': 'text/html' }).end('<iframe src="./?embed&run=auto#pack=nano&class=1&seed=5" style="width:800px;height:700px"></iframe>'));
    await page.goto(`${server.url}around.html`);
    const frame = page.frameLocator('iframe');
    await expect(frame.locator('canvas').first()).toBeVisible({ timeout: 60_000 });
    expect(await page.frames()[1]!.evaluate(() => crossOriginIsolated)).toBe(false);
  } finally {
    await server.close();
  }
});

test('a browser that refuses service workers works without threads', async ({ browser }) => {
  const server = await faultServer({ path: '/studio/' });
  const context = await browser.newContext({ serviceWorkers: 'block' });
  try {
    const page = await context.newPage();
    for (const turn of ['first', 'second']) {
      await page.goto(`${server.url}?${turn}#pack=nano`);
      await ready(page);
      expect(await isolated(page)).toBe(false);
      await expect(messages(page)).toHaveCount(0);
    }
  } finally {
    await context.close();
    await server.close();
  }
});
