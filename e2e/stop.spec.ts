/** Stop is on the screen wherever a run grows. */
import { expect, test, type Page } from '@playwright/test';
import { fixturePack } from './packs.ts';
import { slowDown } from './slow-worker.ts';
import { generateButton, mountPack, runFinished, runStarted } from './studio-page.ts';

const nano = fixturePack('nano');

/** How many Stops a person could press just now. */
const stops = (page: Page) => page.getByRole('button', { name: 'Stop', exact: true }).evaluateAll((all) => all.filter((button) => {
  const { left, top, width, height } = button.getBoundingClientRect();
  return width > 0 && button.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}).length);

/** The pack is there, and its model is loaded. */
async function opened(page: Page, viewport: { width: number; height: number }): Promise<void> {
  await mountPack(page, nano);
  await page.setViewportSize(viewport);
  await page.goto('/#pack=nano&class=0&seed=3');
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
}

for (const [name, viewport] of [['desktop', { width: 1440, height: 800 }], ['phone', { width: 360, height: 740 }]] as const) {
  test(`${name}: one Stop in every view, at the top and at the bottom of it, and it stops the run`, async ({ page }, { project }) => {
    test.skip(project.name !== 'wasm', 'the same on every backend: run on WASM');
    test.setTimeout(120_000);
    await opened(page, viewport);
    await slowDown(page, 700);
    await generateButton(page).click();
    const chip = page.locator('.run-title .chip');
    await expect(chip).toHaveText('Decoding');
    for (const view of ['Generate', 'Inspect', 'Guide', 'Compare']) {
      await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).click();
      await expect(page.locator('.strip-plot').first()).toBeVisible();
      for (const to of [0, 100_000]) {
        await page.evaluate((top) => window.scrollTo(0, top), to);
        await expect.poll(() => stops(page), `${view}, scrolled to ${to}`).toBe(1);
      }
    }
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Inspect' }).click();
    await expect(chip).toHaveText('Decoding');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect(chip).toHaveText('Stopped');
    await expect.poll(() => stops(page)).toBe(0);
  });
}

/** Upper edge of the row that Stop stands in; null where there is none. */
const barTop = (page: Page) => page.evaluate(() => document.querySelector('.stop-bar')?.getBoundingClientRect().top ?? null);

for (const [name, viewport] of [['desktop', { width: 1280, height: 860 }], ['phone', { width: 390, height: 844 }]] as const) {
  test(`${name}: Stop covers nothing of History and of the end of a page`, async ({ page }, { project }) => {
    test.skip(project.name !== 'wasm', 'the same on every backend: run on WASM');
    test.setTimeout(120_000);
    await opened(page, viewport);
    await generateButton(page).click();
    await runFinished(page);
    await slowDown(page, 700);
    await generateButton(page).click();
    await runStarted(page);
    const stop = (await page.locator('.launch [data-stop]').boundingBox())!;
    for (const view of ['Generate', 'Inspect', 'Guide', 'Compare']) {
      await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).click();
      await expect(page.locator('.strip-plot').first()).toBeVisible();
      await page.getByRole('button', { name: 'History' }).click();
      const history = page.getByRole('dialog', { name: 'History' });
      await expect(history.getByRole('button', { name: 'Save all as one file' })).toBeVisible();
      await expect.poll(() => stops(page), view).toBe(1);
      const bar = await barTop(page);
      const drawer = (await history.boundingBox())!;
      if (bar !== null) expect(drawer.y + drawer.height, view).toBeLessThanOrEqual(bar);
      else expect(stop.x + stop.width, `${view} has a Stop of its own beside it`).toBeLessThanOrEqual(drawer.x);
      await page.getByRole('button', { name: 'Close history' }).click();
      await page.evaluate(() => window.scrollTo(0, 100_000));
      await expect.poll(() => stops(page), view).toBe(1);
      // The page is longer by the row, which may come after the scrolling.
      await expect.poll(() => page.locator('main').evaluate((main) => {
        window.scrollTo(0, 100_000);
        const row = document.querySelector('.stop-bar');
        return row ? main.getBoundingClientRect().bottom - row.getBoundingClientRect().top : 0;
      }), view).toBeLessThanOrEqual(1);
      await page.evaluate(() => window.scrollTo(0, 0));
    }
    await page.keyboard.press('Escape');
  });
}

test('Escape closes the part of the model that is open, and only the next press stops the run', async ({ page }, { project }) => {
  test.skip(project.name !== 'wasm', 'the same on every backend: run on WASM');
  test.setTimeout(120_000);
  await mountPack(page, nano);
  await page.goto('/#pack=nano&window=1');
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
  await slowDown(page, 700);
  await generateButton(page).click();
  const chip = page.locator('.run-title .chip');
  await expect(chip).toHaveText('Decoding');
  await page.getByRole('region', { name: 'What the model did for this token' }).getByRole('button', { name: /^Gate/ }).click();
  const detail = page.locator('.part-detail');
  await expect(detail).toBeVisible();
  await expect(detail, 'not spoken token by token').toHaveAttribute('aria-live', 'off');
  await page.keyboard.press('Escape');
  await expect(detail).toBeHidden();
  await expect(chip).toHaveText('Decoding');
  await page.keyboard.press('Escape');
  await expect(chip).toHaveText('Stopped');
  await page.getByRole('button', { name: /^Gate/ }).click();
  await expect(detail, 'spoken while a person steps').toHaveAttribute('aria-live', 'polite');
});
