import { expect, test, type Page } from '@playwright/test';
import { chromiumPath } from '../scripts/chromium.ts';
import { faultServer, type FaultServer } from './fault-server.ts';
import { slowDown } from './slow-worker.ts';
import { downloadRun, generateButton, messages, runFinished } from './studio-page.ts';

/** A browser that keeps pages for the way back, as people's do; the one of the other tests does not. */
test.use({ launchOptions: { executablePath: chromiumPath(), args: ['--no-sandbox', '--disable-gpu'], ignoreDefaultArgs: ['--disable-back-forward-cache'] } });

/** Tokens on the page when it was left, and on the way back; -1 where it was not kept. */
interface Scope { left?: number; back?: number }

const tokens = (page: Page) => page.locator('[data-figure="tokens"]').textContent().then(Number);

/** Leaves in the middle of a run and comes back; null where the browser did not keep the page. */
async function leaveAndReturn(page: Page): Promise<Required<Scope> | null> {
  await slowDown(page, 150);
  await generateButton(page).click();
  await expect.poll(() => tokens(page), { intervals: [50] }).toBeGreaterThan(3);
  await page.evaluate(() => {
    const scope = globalThis as unknown as Scope;
    const count = () => Number(document.querySelector('[data-figure="tokens"]')!.textContent);
    addEventListener('pagehide', () => { scope.left = count(); });
    addEventListener('pageshow', ({ persisted }) => { scope.back = persisted ? count() : -1; });
  });
  await page.goto(`${server.url}favicon.svg`);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await page.evaluate(() => history.back()).catch(() => undefined);
  const back = await page.waitForFunction(() => {
    const { left, back } = globalThis as unknown as Scope;
    return back !== undefined && { left, back };
  }, undefined, { timeout: 10_000 }).catch(() => null);
  return back && await back.jsonValue() as Required<Scope>;
}

let server: FaultServer;
test.beforeEach(async () => { server = await faultServer(); });
test.afterEach(() => server.close());

test('a page that the browser keeps goes on with its run on the way back, to the same tokens', async ({ page }) => {
  await page.goto(`${server.url}#pack=nano&class=1&seed=9`);
  await runFinished(page);
  const { digest } = await downloadRun(page);
  let kept: Required<Scope> | null = null;
  // A busy browser may not keep a page: it is opened anew then, and left once more.
  for (let tries = 0; tries < 4 && !kept; tries++) {
    await runFinished(page);
    kept = await leaveAndReturn(page);
  }
  expect(kept, 'the browser kept the page').not.toBeNull();
  const { left, back } = kept!;
  // Three seconds are 20 tokens' time.
  expect(back).toBeGreaterThanOrEqual(left);
  expect(back).toBeLessThan(left + 10);
  await runFinished(page);
  expect((await downloadRun(page)).digest).toBe(digest);
  await expect(messages(page)).toHaveCount(0);
});
