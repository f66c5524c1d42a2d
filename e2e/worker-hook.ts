import type { Page } from '@playwright/test';

/** Scripts come from the server then, where tests can reach them. Call before the page is opened. */
export const withoutServiceWorker = (page: Page) =>
  page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined }));

/**
 * Runs code in the inference worker ahead of its own script. Tests reach into the worker this way only: the site is served
 * as it was built, and has no door for it. Register before the page is opened:
 * it goes without a service worker then, which would hand out the script as it is.
 */
export async function beforeWorker(page: Page, ...code: (() => void)[]): Promise<void> {
  await withoutServiceWorker(page);
  await page.route(/\/inference\.worker[^/]*\.js/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: [...code.map((run) => `(${run.toString()})();`), await answer.text()].join('\n') });
  });
}
