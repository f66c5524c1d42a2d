import { expect, test, type Page } from '@playwright/test';
import { fixturePack } from './packs.ts';
import { mountPack, runFinished } from './studio-page.ts';

/** Each view from its address to its result with the keyboard alone: no pointer is used in this file. */
const nano = fixturePack('nano');
test.beforeEach(async ({ page }, { project }) => {
  test.skip(project.name !== 'wasm', 'keys do not depend on the backend: run on WASM');
  test.setTimeout(240_000);
  await mountPack(page, nano);
});

/** Name of what has the focus, by its role and label as a screen reader says it. */
const focused = (page: Page) => page.evaluate(() => {
  const element = document.activeElement as HTMLElement;
  const label = element.getAttribute('aria-label') ?? (element as HTMLInputElement).labels?.[0]?.textContent ?? element.textContent;
  return `${element.getAttribute('role') ?? element.tagName.toLowerCase()} ${label?.trim()}`;
});

/** Presses Tab until something of this name has the focus; fails when it cannot be reached. */
async function tabTo(page: Page, name: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const passed: string[] = [];
  for (let i = 0; i < 90; i++) {
    await page.keyboard.press(key);
    const now = await focused(page);
    if (name.test(now)) {
      expect(await page.evaluate(() => document.activeElement!.matches(':focus-visible')), `the focus on "${now}" can be seen`).toBe(true);
      return;
    }
    passed.push(now);
  }
  throw new Error(`${name} cannot be reached by ${key}. Passed: ${passed.join(' | ')}`);
}

const ready = (page: Page) => expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });

test('Generate: class, seed, a setting, the run, its playback, a file of it', async ({ page }) => {
  await page.goto(`/#pack=${nano.name}`);
  await ready(page);
  await tabTo(page, /^radio Alpha/);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => focused(page)).toMatch(/^radio Beta/);
  await tabTo(page, /^input Next seed/);
  await page.keyboard.type('12');
  await tabTo(page, /^button Generate/);
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page), 'the focus stays on the button').toMatch(/^button (Stop|Generate)/);
  await runFinished(page);
  await expect.poll(() => focused(page)).toMatch(/^button Generate/);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Beta, seed 12');
  await tabTo(page, /^slider Token shown/, 'Shift+Tab');
  await page.keyboard.press('Home');
  await expect(page.locator('[data-figure="tokens"]')).not.toHaveText('64');
  await tabTo(page, /^button Play/);
  await page.keyboard.press('Space');
  await expect(page.locator('[data-figure="tokens"]')).toHaveText('64', { timeout: 30_000 });
  await tabTo(page, /^slider Guidance/);
  await page.keyboard.press('ArrowRight');
  await tabTo(page, /^button Reset Guidance/, 'Shift+Tab');
  await page.keyboard.press('Enter');
  expect(await focused(page), 'the button is gone').toMatch(/^input Guidance/);
  await tabTo(page, /^button Share/, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Share this run' }).getByRole('button', { name: /^CSV/ })).toBeVisible();
  await tabTo(page, /^button CSV/);
  const download = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Share' })).toBeFocused();
});

test('Inspect: a cell of the grid, another threshold, an alternative put in, and on from there', async ({ page }) => {
  await page.goto(`/#pack=${nano.name}&class=0&seed=3`);
  await runFinished(page);
  await tabTo(page, /^a Inspect/, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await tabTo(page, /^gridcell/);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('heading', { name: 'Cell, row 2, column 2' })).toBeVisible();
  await page.keyboard.press('Enter');
  await tabTo(page, /^button Unpin/);
  await page.keyboard.press('Enter');
  expect(await focused(page), 'back on the cell').toMatch(/^gridcell/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Unpin' })).toBeVisible();
  await tabTo(page, /^slider E_th line/);
  await page.keyboard.press('PageDown');
  await expect(page.getByRole('group', { name: 'What-if' })).toBeVisible();
  await tabTo(page, /^button Back to decoded/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('group', { name: 'What-if' })).toBeHidden();
  expect(await focused(page), 'the button is gone').toMatch(/^slider Token shown/);
  await tabTo(page, /^button Use token/);
  await page.keyboard.press('Enter');
  await expect(page.locator('.run-title')).toContainText('Edited');
  await tabTo(page, /^button Continue from here/, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page.locator('.run-title')).toContainText('from token', { timeout: 60_000 });
  await runFinished(page);
});

test('Compare: one token per patch against the run, one cursor, changed sides', async ({ page }) => {
  await page.goto(`/#pack=${nano.name}&class=0&seed=3&view=compare`);
  await expect(page.locator('[data-compare="tokens-a"]')).toHaveText('64', { timeout: 120_000 });
  await expect(page.getByRole('button', { name: 'Same model, one token per patch' })).toBeEnabled({ timeout: 60_000 });
  await tabTo(page, /^button Same model, one token per patch/);
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-compare="patches-b"]')).toHaveText('64', { timeout: 120_000 });
  await tabTo(page, /^slider Token shown/);
  await page.keyboard.press('Home');
  await expect(page.locator('[data-compare="tokens-b"]')).toHaveText('1');
  await expect(page.getByRole('button', { name: 'Swap A and B' })).toBeEnabled({ timeout: 30_000 });
  await tabTo(page, /^button Swap/, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('combobox', { name: 'Run B' })).toHaveValue('view');
});

test('the bar: history and display open, act and give the focus back', async ({ page }) => {
  await page.goto(`/#pack=${nano.name}&class=0&seed=3`);
  await runFinished(page);
  await tabTo(page, /^button History/, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'History' }).getByRole('button', { name: /^Pin / })).toBeVisible();
  await tabTo(page, /^button Pin /);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: /^Pin / })).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'History' })).toBeHidden();
  await expect(page.getByRole('button', { name: 'History' })).toBeFocused();
  await tabTo(page, /^button Display/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('radio', { name: 'Light' })).toBeVisible();
  await tabTo(page, /^radio (Light|Dark|System)/);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Display' })).toBeFocused();
});
