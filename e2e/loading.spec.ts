import { expect, test, type Page } from '@playwright/test';
import { answer, cutAfter, faultServer, stallAfter, type FaultServer } from './fault-server.ts';
import { slowDown } from './slow-worker.ts';
import { downloadRun, generateButton, messages, runFinished } from './studio-page.ts';
import { withoutServiceWorker } from './worker-hook.ts';

const SHARD = 'nano/fp32/decoder.bin.0';
const chip = (page: Page) => page.locator('.status-chip');
const model = (page: Page, state: string) => expect(chip(page)).toHaveAttribute('data-model', state, { timeout: 60_000 });

let server: FaultServer;
test.beforeEach(async () => { server = await faultServer(); });
test.afterEach(() => server.close());
const open = (page: Page, rest = '') => page.goto(`${server.url}#pack=nano${rest}`);
const ranges = () => server.asked.filter(({ path }) => path.endsWith(SHARD)).map(({ range }) => range);

test('a connection cut in a shard is taken up at the same byte', async ({ page }) => {
  server.faults.set(SHARD, cutAfter(1000));
  await open(page, '&class=0&seed=2');
  await runFinished(page);
  expect(ranges()).toEqual([undefined, 'bytes=1000-']);
});

test('a server that is down for a moment is asked again', async ({ page }) => {
  server.faults.set(SHARD, answer(503, 'busy', 'text/plain', 2));
  await open(page);
  await model(page, 'ready');
  expect(ranges()).toHaveLength(3);
});

for (const [what, fault, words] of [
  ['missing', answer(404), /decoder\.bin\.0 is missing/],
  ['a web page', answer(200, '<!doctype html><title>Sign in</title>', 'text/html'), /web page arrived in place of the pack's file fp32\/decoder\.bin\.0/],
  ['altered', answer(200, 'x'.repeat(64), 'application/octet-stream'), /decoder\.bin\.0 is not the one its manifest names/],
] as const) {
  test(`a shard that is ${what} is named, and trying again helps once it is right`, async ({ page }) => {
    server.faults.set(SHARD, fault);
    await open(page);
    await model(page, 'failed');
    await expect(messages(page).first()).toContainText(words);
    server.faults.clear();
    await messages(page).first().getByRole('button', { name: 'Try again' }).click();
    await model(page, 'ready');
    await expect(messages(page)).toHaveCount(0);
  });
}

test('a worker script that is blocked is reported, and trying again helps', async ({ page }) => {
  const script = /inference\.worker.*\.js/;
  await page.route(script, (route) => route.abort());
  await open(page);
  await model(page, 'failed');
  await expect(messages(page)).toHaveCount(1);
  await expect(messages(page)).toContainText('The worker that runs the model could not be started');
  await page.unroute(script);
  await messages(page).getByRole('button', { name: 'Try again' }).click();
  await model(page, 'ready');
});

test('a download can be cancelled and gone on with', async ({ page }) => {
  server.faults.set(SHARD, stallAfter(500));
  await open(page);
  await model(page, 'loading');
  await expect.poll(() => ranges().length).toBe(1);
  await chip(page).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await model(page, 'asking');
  const before = server.asked.filter(({ path }) => path.endsWith('fp32/encoder.bin.0')).length;
  server.faults.clear();
  await page.getByRole('button', { name: 'Load the model' }).click();
  await model(page, 'ready');
  expect(server.asked.filter(({ path }) => path.endsWith('fp32/encoder.bin.0'))).toHaveLength(before);
});

test('a reload in the middle of a run makes the same run again', async ({ page }) => {
  await open(page);
  await model(page, 'ready');
  await slowDown(page);
  await page.getByRole('textbox', { name: 'Seed' }).fill('4');
  await generateButton(page).click();
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeVisible();
  await page.reload();
  await runFinished(page);
  const { digest } = await downloadRun(page);
  await page.goto('about:blank');
  await open(page, '&class=0&seed=4');
  await runFinished(page);
  expect((await downloadRun(page)).digest).toBe(digest);
});

test('a worker that crashes in a run is replaced, and the run goes on to the same image', async ({ page }) => {
  await open(page, '&class=1&seed=9');
  await runFinished(page);
  const whole = await downloadRun(page);
  const workers = () => page.workers().length;
  expect(workers()).toBe(1);
  await slowDown(page);
  await generateButton(page).click();
  await expect.poll(() => page.locator('[data-figure="tokens"]').textContent().then(Number), { intervals: [50] }).toBeGreaterThan(4);
  await page.workers()[0]!.evaluate(() => { setTimeout(() => { throw new Error('injected crash'); }); });
  await expect(messages(page).filter({ hasText: 'The run continued where it was' })).toBeVisible({ timeout: 60_000 });
  await runFinished(page);
  const again = await downloadRun(page);
  expect(again.digest).toBe(whole.digest);
  expect(again.events.map((event) => event.source)).toEqual(whole.events.map((event) => event.source));
});

test('what is stored is listed, verified, deleted and fetched anew', async ({ page }) => {
  await open(page);
  await model(page, 'ready');
  await page.getByRole('button', { name: /nano/i }).first().click();
  await page.getByRole('button', { name: 'Manage stored packs' }).click();
  const dialog = page.getByRole('dialog', { name: 'Stored in this browser' });
  await expect(dialog.getByRole('listitem')).toHaveCount(2);
  await dialog.getByRole('button', { name: /^Verify .*nano/i }).click();
  await expect(dialog.getByRole('status')).toContainText('files are intact');
  await page.evaluate(async () => {
    const cache = await caches.open('dpar-studio-files');
    const keys = (await cache.keys()).filter(({ url }) => /\/sha256\/[0-9a-f]{64}$/.test(url));
    for (const key of keys) await cache.put(key, new Response('damaged'));
  });
  await dialog.getByRole('button', { name: /^Verify .*nano/i }).click();
  await expect(dialog.getByRole('status')).toContainText('damaged or missing');
  await dialog.getByRole('button', { name: /^Delete .*nano/i }).click();
  await expect(dialog.getByRole('listitem')).toHaveCount(1);
  await page.reload();
  await model(page, 'ready');
});

test('a part of the studio that cannot be fetched is reported, the run goes on, and opening the part again helps', async ({ page }) => {
  await withoutServiceWorker(page);
  await open(page);
  await model(page, 'ready');
  await slowDown(page, 100);
  await generateButton(page).click();
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeVisible();
  const history = /\/assets\/HistoryPanel.*\.js/;
  await page.route(history, (route) => route.fulfill({ status: 404 }));
  await page.getByRole('button', { name: 'History' }).click();
  await expect(messages(page)).toContainText('A part of the studio could not be fetched.');
  await page.unroute(history);
  await page.getByRole('button', { name: 'History' }).click();
  await page.getByRole('button', { name: 'History' }).click();
  await expect(page.getByRole('dialog', { name: 'History' })).toBeVisible();
  await page.keyboard.press('Escape');
  await runFinished(page);
});

test('a part that could not be fetched, and was left before that was known, is fetched when it is opened again', async ({ page }) => {
  await withoutServiceWorker(page);
  await open(page);
  let refuse = () => undefined as unknown;
  const asked = new Promise<void>((resolve) => {
    void page.route(/\/assets\/InspectView.*\.js/, (route) => {
      refuse = () => route.fulfill({ status: 404 });
      resolve();
    }, { times: 1 });
  });
  await page.getByRole('link', { name: 'Inspect' }).click();
  await asked;
  await page.getByRole('link', { name: 'Generate', exact: true }).click();
  await expect(generateButton(page)).toBeVisible();
  const refused = page.waitForResponse((response) => response.status() === 404);
  await refuse();
  await refused;
  await page.getByRole('link', { name: 'Inspect' }).click();
  await expect(page.getByRole('region', { name: 'Patch rules' })).toBeVisible();
  await expect(messages(page)).toHaveCount(0);
});

test('two tabs load and run side by side', async ({ page, context }) => {
  const other = await context.newPage();
  await Promise.all([open(page, '&class=0&seed=1'), other.goto(`${server.url}#pack=nano&class=0&seed=1`)]);
  await Promise.all([runFinished(page), runFinished(other)]);
  expect((await downloadRun(page)).digest).toBe((await downloadRun(other)).digest);
});
