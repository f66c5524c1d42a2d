/** A button that goes away or off with its own press hands the keyboard's focus on: it never drops to the page itself. */
import { join } from 'node:path';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { servePack, syntheticBaseline, syntheticPack } from '../fixtures/synthetic.ts';
import { fixturePack } from './packs.ts';
import { slowDown } from './slow-worker.ts';
import { generateWithRules, mountPack, runFinished } from './studio-page.ts';

const nano = fixturePack('nano');
test.beforeEach(async ({ page }, { project }) => {
  test.skip(project.name !== 'wasm', 'the same on every backend: run on WASM');
  test.setTimeout(120_000);
  await mountPack(page, nano);
});

const focused = (page: Page) => page.evaluate(() => {
  const element = document.activeElement!;
  return `${element.tagName.toLowerCase()} ${element.getAttribute('aria-label') ?? element.textContent}`.slice(0, 60);
});
/** Now, and once what the press began has been drawn. */
async function expectFocus(page: Page, after: string): Promise<void> {
  for (const wait of [0, 300]) {
    await page.waitForTimeout(wait);
    expect.soft(await focused(page), `after ${after}`).not.toMatch(/^body /);
  }
}
async function press(page: Page, button: Locator): Promise<void> {
  await button.focus();
  const name = await focused(page);
  await page.keyboard.press('Enter');
  await expectFocus(page, name);
}
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const view = (page: Page, name: string) => page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name }).click();

async function recorded(page: Page, hash = ''): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await servePack(page, await syntheticPack());
  await page.goto(`/${hash}`);
  await expect(page.locator('.strip-plot').first()).toHaveAttribute('aria-valuenow', '256', { timeout: 60_000 });
}

async function opened(page: Page, rest = ''): Promise<void> {
  await page.goto(`/#pack=nano&class=0&seed=3${rest}`);
}

test('the line over the stage, the ways from view to view, a message', async ({ page }) => {
  await recorded(page);
  await press(page, button(page, /^Guide in \d+ steps/));
  await press(page, button(page, /^Step 12/));
  await press(page, button(page, 'Open Compare'));
  await view(page, 'Guide');
  await press(page, button(page, 'Look closer in Inspect'));
  await view(page, 'Generate');
  await press(page, page.locator('.toast').getByRole('button', { name: 'Close' }));
  await page.getByRole('slider', { name: 'Guidance' }).press('ArrowRight');
  await press(page, button(page, 'Reset all'));
  await press(page, button(page, 'Hide this line'));
  await expect(page.locator('.headline')).toHaveCount(0);
  await view(page, 'Inspect');
  const source = page.getByRole('region', { name: 'Your own picture' });
  await source.locator('input[type=file]').setInputFiles(join(import.meta.dirname, '../fixtures/block-font.py'));
  await press(page, source.getByRole('button', { name: 'Close' }));
  await page.goto('/#pack=mars');
  const message = page.locator('.notice').filter({ hasText: 'There is no pack "mars"' });
  await press(page, message.getByRole('button', { name: 'Try again' }));
});

test('Inspect: a picture, an edit and the run from there, other rules, an undone step', async ({ page }) => {
  await opened(page, '&view=inspect');
  await runFinished(page);
  await page.getByRole('gridcell').nth(20).focus();
  await page.keyboard.press('Enter');
  await press(page, button(page, /^Use token/).first());
  const [bar, edit] = [page.getByRole('group', { name: 'An edit waits' }), page.getByRole('region', { name: 'Edit and continue' })];
  await press(page, edit.getByRole('button', { name: 'Discard' }));
  await press(page, edit.getByRole('button', { name: 'Undo' }));
  await press(page, edit.getByRole('button', { name: 'Undo' }));
  await press(page, edit.getByRole('button', { name: 'Redo' }));
  await press(page, bar.getByRole('button', { name: 'Undo' }));
  await expect(bar).toHaveCount(0);
  await press(page, edit.getByRole('button', { name: 'Redo' }));
  await press(page, bar.getByRole('button', { name: /^Continue as/ }));
  await expect(page.locator('.run-title')).toContainText('from token 21', { timeout: 60_000 });
  await runFinished(page);
  await press(page, page.locator('.toast').getByRole('button', { name: 'Undo' }));
  await expect(page.locator('.run-title')).not.toContainText('from token');
  await press(page, button(page, 'Continue from here'));
  await expect(page.locator('.run-title')).toContainText('from token 21', { timeout: 60_000 });
  await runFinished(page);
  await page.getByRole('slider', { name: /E_th line/ }).focus();
  await page.keyboard.press('PageDown');
  await press(page, generateWithRules(page));
  await expect(page.getByRole('group', { name: 'What-if' })).toHaveCount(0, { timeout: 60_000 });
  await expectFocus(page, 'the end of the rules');
  await runFinished(page);
  await button(page, 'Share').click();
  const share = page.getByRole('dialog', { name: 'Share this run' });
  await press(page, share.getByRole('button', { name: 'GIF' }));
  await expect(share.getByRole('button', { name: 'GIF' })).toBeEnabled();
  await page.keyboard.press('Escape');
  await page.locator('.gallery-tile').first().click();
  await expect(page.locator('.run-title .chip')).toHaveText('Your picture', { timeout: 60_000 });
  await press(page, button(page, 'Remove picture'));
  await slowDown(page, 200);
  await page.getByRole('gridcell').nth(5).focus();
  await page.keyboard.press('Enter');
  await press(page, button(page, 'Continue from here'));
  await press(page, page.locator('.floating-stop'));
  await expect(page.locator('.floating-stop')).toHaveCount(0);
  await expectFocus(page, 'the end of Stop');
});

test('Compare: a preset stays where it is while its run is made; Stop, and the runs made here', async ({ page }) => {
  await opened(page, '&view=compare&window=1');
  const preset = button(page, 'Same model, one token per patch');
  await expect(preset).toBeEnabled({ timeout: 60_000 });
  await slowDown(page, 30);
  await press(page, preset);
  await expect(page.getByRole('region', { name: 'Run B', exact: true })).toBeVisible({ timeout: 60_000 });
  await expectFocus(page, 'the first B');
  await expect(preset).toBeEnabled({ timeout: 120_000 });
  await press(page, preset);
  await expect(preset).toBeFocused();
  await expect(preset).toBeDisabled();
  await press(page, page.locator('.presets').getByRole('button', { name: 'Stop' }));
  await expect(page.locator('.presets').getByRole('button', { name: 'Stop' })).toHaveCount(0);
  await expectFocus(page, 'the end of Stop');
  const other = page.getByRole('combobox', { name: 'Another class' });
  await expect(other).toBeEnabled();
  await other.focus();
  await page.keyboard.press('ArrowDown');
  await page.waitForTimeout(300);
  await expect(page.locator('.presets').getByRole('button', { name: 'Stop' }), 'an arrow key opens the list, and begins nothing').toHaveCount(0);
  await page.keyboard.press('Escape');
  await other.selectOption({ index: 1 });
  await expectFocus(page, 'another class');
});

test('Compare: what was recorded elsewhere is made here, its button off meanwhile', async ({ page }) => {
  await recorded(page, '#view=compare');
  const b = page.getByRole('combobox', { name: 'Run B' });
  await b.selectOption({ label: await b.locator('optgroup[label^="Recorded"] option').first().innerText() });
  const here = button(page, /^Generate A and B here/);
  await press(page, here);
  await expect(here).toBeFocused();
  await expect(here).toBeDisabled();
  await press(page, page.locator('.presets').getByRole('button', { name: 'Stop' }));
  await expectFocus(page, 'the end of Stop');
});

test('where the model runs: Cancel and the way to load it again', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await servePack(page, await syntheticPack());
  await page.goto('/');
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'loading', { timeout: 60_000 });
  await page.locator('.status-chip').focus();
  await page.keyboard.press('Enter');
  const panel = page.getByRole('dialog', { name: 'Where the model runs' });
  await press(page, panel.getByRole('button', { name: 'Cancel' }));
  await press(page, panel.getByRole('button', { name: /^(Load the model|Try again)$/ }));
  await expect(panel.getByRole('button', { name: 'Cancel' })).toBeVisible();
});

test('packs: arrow keys only move, Enter and Space choose, and the focus stays in the list', async ({ page }) => {
  await page.route('**/models/index.json', (route) => route.fulfill({ json: { packs: [
    { name: 'eurosat', title: 'EuroSAT', kind: 'dpar', bytes: 1 }, { name: 'baseline', title: 'Baseline', kind: 'gpt', bytes: 1 },
  ] } }));
  await servePack(page, await syntheticBaseline());
  await recorded(page);
  const chip = page.locator('.pack-chip');
  await chip.focus();
  await page.keyboard.press('Enter');
  const [first, second] = [page.getByRole('radio', { name: /^EuroSAT/ }), page.getByRole('radio', { name: /^Baseline/ })];
  await expect(first).toBeChecked();
  await first.focus();
  await page.keyboard.press('ArrowDown');
  await expect(second).toBeFocused();
  await expect(first).toBeChecked();
  await expect(chip).toContainText('EuroSAT');
  await page.keyboard.press('Enter');
  await expect(second).toBeChecked();
  await expect(second).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(second).toBeChecked();
  await page.keyboard.press('Space');
  await expect(first).toBeChecked();
  await expect(first).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(chip).toBeFocused();
});

test('the site’s own pack can be chosen again after one of its name from this device', async ({ page }) => {
  await page.route('**/models/index.json', (route) => route.fulfill({ json: { packs: [{ name: 'nano', title: 'Nano', kind: 'dpar', bytes: 1 }] } }));
  await opened(page);
  await runFinished(page);
  const own = page.getByRole('group', { name: 'Pack' }).getByRole('radio', { name: /^Nano/ });
  await page.locator('.pack-chip').click();
  await page.locator('.pack-files').getByLabel('Folder of a pack').setInputFiles(nano.folder);
  await expect(own, 'alone and in use there is nothing to choose').toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.locator('.notice').getByRole('button', { name: 'Use it' }).click();
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 60_000 });
  await page.locator('.pack-chip').click();
  await expect(own).not.toBeChecked();
  const manifest = page.waitForRequest(/models\/nano\/manifest\.json/);
  await own.press('Enter');
  await manifest;
  await expect(page.getByRole('radio', { name: /^Nano/ })).toHaveCount(0);
  await expectFocus(page, 'the choice, whose list has gone');
});
