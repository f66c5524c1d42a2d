/** What stands on the page before its first paint, when that never comes. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@playwright/test';
import { servePack, syntheticPack } from '../fixtures/synthetic.ts';
import { generateButton } from './studio-page.ts';

const MAIN = /\/assets\/index-[^/]*\.js$/;
for (const [what, answer] of [['blocked', 'abort'], ['missing', 404]] as const) {
  test(`a main script that is ${what} is reported, with the next step`, async ({ page }) => {
    await page.route(MAIN, (route) => (answer === 'abort' ? route.abort('blockedbyclient') : route.fulfill({ status: 404, body: 'no' })));
    await page.goto('/');
    await expect(page.getByRole('alert')).toContainText(/A part of the studio was blocked or is missing: index-.*\.js/);
    await expect(page.getByRole('alert')).toContainText('allow scripts of this site');
    await page.unroute(MAIN);
    await page.getByRole('link', { name: 'Reload' }).click();
    await expect(generateButton(page)).toBeVisible();
  });
}

test('a main script that does not arrive is reported after some seconds', async ({ page }) => {
  await servePack(page, await syntheticPack());
  let go = () => {};
  const late = new Promise<void>((resolve) => { go = resolve; });
  await page.route(MAIN, async (route) => { await late; await route.continue(); });
  await page.goto('/', { waitUntil: 'commit' });
  await expect(page.getByRole('alert')).toContainText('The studio has not started yet.', { timeout: 15_000 });
  go();
  await expect(generateButton(page)).toBeVisible();
  await expect(page.getByText('has not started yet')).toHaveCount(0);
});

test('where no script runs at all the page says so after some seconds', async ({ page }) => {
  await page.route(/\.js$/, (route) => route.abort());
  await page.goto('/');
  await expect(page.locator('.boot-late')).toBeHidden();
  await expect(page.getByText('scripts of this site are blocked or missing')).toBeVisible({ timeout: 15_000 });
});

test('a browser that is too old gets the names of what it lacks', async ({ page }) => {
  await page.addInitScript(() => { delete (Object as Partial<ObjectConstructor>).hasOwn; });
  await page.route(MAIN, (route) => route.abort());
  await page.goto('/');
  await expect(page.getByRole('alert')).toContainText('too old for the studio: it lacks Object.hasOwn');
  await expect(page.getByRole('alert')).toContainText('Use a current Chrome');
});

test('the page opened from disk says how it is run', async ({ page }) => {
  await page.goto(pathToFileURL(join(import.meta.dirname, '..', '.cache', 'e2e-site', 'index.html')).href);
  await expect(page.getByText(/was opened from a file|scripts of this site are blocked or missing/)).toBeVisible({ timeout: 15_000 });
});

test('a frame that is sandboxed without its own origin says what is missing', async ({ page }) => {
  await page.route('**/around.html', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><iframe sandbox="allow-scripts" src="./index.html" width="800" height="500"></iframe>' }));
  await page.goto('/around.html');
  await expect(page.frameLocator('iframe').getByText('allow-same-origin')).toBeVisible({ timeout: 15_000 });
});
