import { expect, test, type Page } from '@playwright/test';
import { answer, faultServer, type FaultServer } from './fault-server.ts';
import { slowDown } from './slow-worker.ts';
import { downloadRun, generateButton, messages, runFinished } from './studio-page.ts';
import { beforeWorker } from './worker-hook.ts';

const SHARD = 'nano/fp32/decoder.bin.0';
const model = (page: Page, state: string) => expect(page.locator('.status-chip')).toHaveAttribute('data-model', state, { timeout: 60_000 });
const tokens = (page: Page) => page.locator('[data-figure="tokens"]').textContent().then(Number);

let server: FaultServer;
test.beforeEach(async () => { server = await faultServer(); });
test.afterEach(() => server.close());
const open = (page: Page, rest = '') => page.goto(`${server.url}#pack=nano${rest}`);
const fetched = () => server.asked.filter(({ path }) => path.endsWith(SHARD)).length;

async function openList(page: Page) {
  await page.getByRole('button', { name: /nano/i }).first().click();
  await page.getByRole('button', { name: 'Manage stored packs' }).click();
  return page.getByRole('dialog', { name: 'Stored in this browser' });
}

test('what is stored shows size and age, and is downloaded again on request', async ({ page }) => {
  await page.addInitScript(() => {
    StorageManager.prototype.persist = async () => (Object.assign(globalThis, { askedToKeep: true }), true);
  });
  await open(page);
  await model(page, 'ready');
  await expect.poll(() => page.evaluate(() => 'askedToKeep' in globalThis)).toBe(true);
  const dialog = await openList(page);
  const row = dialog.getByRole('listitem').filter({ hasText: 'Nano' });
  await expect(row).toContainText(/\d(\.\d)?\sMB, \d+ files, just now/);
  await expect(dialog.getByRole('status')).toContainText(/MB in total/);
  const before = fetched();
  await row.getByRole('button', { name: /^Download .* again/ }).click();
  await expect(dialog.getByRole('status')).toContainText('Nano was downloaded again.');
  expect(fetched()).toBe(before + 1);
  await model(page, 'ready');
  await expect(row).toContainText('just now');
  const runtime = dialog.getByRole('listitem').filter({ hasText: 'onnxruntime' });
  await runtime.getByRole('button', { name: /^Download .* again/ }).click();
  await expect(dialog.getByRole('status')).toContainText(/onnxruntime .* was downloaded again\./, { timeout: 60_000 });
  server.faults.set(SHARD, answer(404));
  await row.getByRole('button', { name: /^Download .* again/ }).click();
  await expect(dialog.getByRole('status')).toContainText(/Nano was not downloaded again; what was stored is still there\. .*decoder\.bin\.0 is missing/);
  await row.getByRole('button', { name: /^Verify/ }).click();
  await expect(dialog.getByRole('status')).toContainText('files are intact');
  await row.getByRole('button', { name: /^Delete/ }).press('Enter');
  await expect(row).toHaveCount(0);
  await expect(dialog.getByRole('button', { name: 'Close' }), 'the button is gone').toBeFocused();
});

test('a browser without room for the model says so, runs it from memory, and downloads it again on the next visit', async ({ page }) => {
  const session = await page.context().newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(server.url).origin, quotaSize: 100_000 });
  await open(page, '&class=0&seed=2');
  await runFinished(page);
  await expect(messages(page)).toContainText('There is no room left to keep the model in this browser');
  expect(fetched()).toBe(1);
  await page.reload();
  await runFinished(page);
  expect(fetched()).toBe(2);
});

test('a browser without storage for files runs the model all the same', async ({ page }) => {
  await beforeWorker(page, () => { Object.defineProperty(globalThis, 'caches', { value: undefined }); });
  await open(page, '&class=0&seed=2');
  await runFinished(page);
  await expect(messages(page)).toHaveCount(0);
});

/** A run of seed 9 that takes its time, as far as its first tokens. */
async function slowRun(page: Page): Promise<void> {
  await slowDown(page, 100);
  await generateButton(page).click();
  await expect.poll(() => tokens(page), { intervals: [50] }).toBeGreaterThan(3);
}

test('a tab that is frozen in a run goes on with it when it is back, to the same tokens', async ({ page }) => {
  await open(page, '&class=1&seed=9');
  await runFinished(page);
  const { digest } = await downloadRun(page);
  await slowRun(page);
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  await new Promise((resolve) => setTimeout(resolve, 4000));
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  await runFinished(page);
  expect((await downloadRun(page)).digest).toBe(digest);
  await expect(messages(page)).toHaveCount(0);
});

test('gone to another page and back in a run: the address makes it again, with the same tokens', async ({ page }) => {
  await open(page, '&class=1&seed=9');
  await runFinished(page);
  const { digest } = await downloadRun(page);
  await slowRun(page);
  await page.goto(`${server.url}favicon.svg`);
  await page.goBack();
  await runFinished(page);
  expect((await downloadRun(page)).digest).toBe(digest);
});
