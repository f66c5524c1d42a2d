import { join } from 'node:path';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { contextOf, DEVICES, expectAccessible, expectFits, type Screen } from './axe.ts';
import { fixturePack } from './packs.ts';
import { slowDown } from './slow-worker.ts';
import { downloadRun, generateButton, mountPack, runFinished } from './studio-page.ts';

const pack = fixturePack('nano');
const shots = join(import.meta.dirname, 'artefacts', 'studio');
const rows = (page: Page) => page.getByRole('list', { name: 'Runs' }).getByRole('listitem');
const openHistory = (page: Page) => page.getByRole('button', { name: 'History' }).click();

/** A visit whose address has no run, which would be made again, and kept. A page that is open writes its run into such an address. */
async function visitAnew(page: Page): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`/#pack=${pack.name}`);
}

async function start(page: Page, rest = ''): Promise<void> {
  await mountPack(page, pack);
  await page.goto(`/#pack=${pack.name}${rest}`);
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
}

async function make(page: Page, seed: number): Promise<void> {
  await page.getByRole('textbox', { name: 'Seed' }).fill(String(seed));
  await generateButton(page).click();
  await expect(page.locator('.run-title')).toContainText(`seed ${seed}`);
  await runFinished(page);
}

test('runs are kept, survive a reload, open, pin and delete with a way back', async ({ page }) => {
  await start(page);
  await make(page, 1);
  const first = await downloadRun(page);
  await make(page, 2);
  await openHistory(page);
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).first()).toContainText('Alpha, seed 2');
  await expect(page.getByText(/^2 runs, 0\.\d\sMB, on this device only/)).toBeVisible();

  await visitAnew(page);
  await openHistory(page);
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).locator('img')).toHaveCount(2);
  await page.getByRole('button', { name: 'Open Alpha, seed 1' }).click();
  await expect(page.locator('.run-title')).toContainText('Alpha, seed 1');
  await expect(page.locator('.run-title .chip')).toHaveText('Opened');
  await page.getByRole('button', { name: 'Close history' }).click();
  expect(await downloadRun(page)).toEqual(first);
  await openHistory(page);

  await page.getByRole('button', { name: 'Pin Alpha, seed 1' }).click();
  await page.getByRole('button', { name: 'Delete unpinned runs' }).click();
  await expect(rows(page)).toHaveCount(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'Delete Alpha, seed 2' }).press('Enter');
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByRole('button', { name: 'Open Alpha, seed 1' }), 'the row that took its place').toBeFocused();
  await visitAnew(page);
  await openHistory(page);
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByRole('button', { name: 'Pin Alpha, seed 1' })).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('Escape');
  await expect(rows(page)).toHaveCount(0);
});

test('a stopped run is kept and marked', async ({ page }) => {
  await start(page);
  await slowDown(page);
  await generateButton(page).click();
  await expect.poll(async () => Number(await page.locator('[data-figure="tokens"]').textContent())).toBeGreaterThan(3);
  await page.keyboard.press('Escape');
  await expect(page.locator('.run-title .chip')).toHaveText('Stopped');
  await openHistory(page);
  await expect(rows(page).first()).toContainText(/stopped at \d+ of 64/);
});

test('where the browser keeps nothing, the history lasts for the visit and says so', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', { value: { open: () => { throw new DOMException('denied', 'SecurityError'); } } });
  });
  await start(page);
  await make(page, 1);
  await openHistory(page);
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByText('This browser does not let the studio keep runs.')).toBeVisible();
});

test('a batch: pictures that grow together, one brought into view, all kept', async ({ page }) => {
  await start(page);
  await slowDown(page);
  await page.getByRole('combobox', { name: 'Pictures' }).selectOption('3');
  const sheet = page.getByRole('region', { name: 'Contact sheet' });
  await expect(sheet).toBeVisible();
  const places = () => Promise.all(['.stage', '.strip'].map((part) => page.locator(part).boundingBox()));
  const before = await places();
  await page.getByRole('textbox', { name: 'Seed' }).fill('40');
  await generateButton(page).click();
  await expect(sheet.getByRole('button', { name: /Seed 4[012], decoding/ })).toHaveCount(3);
  await expect(sheet.getByRole('button', { name: /Seed 4[012], finished/ })).toHaveCount(3, { timeout: 120_000 });
  await expect(sheet).toContainText(/3 images at once|One image after the other/);
  await expect(sheet).toContainText(/one token per pass\. Pavg \d\.\d\d tokens/);
  expect(await places(), 'nothing moved').toEqual(before);
  await sheet.getByRole('button', { name: /Seed 41/ }).click();
  await expect(page.locator('.run-title')).toContainText('Alpha, seed 41');
  await expect(sheet.getByRole('button', { name: /Seed 41/ })).toHaveAttribute('aria-pressed', 'true');
  expect(page.url()).toContain('seed=41');
  expect((await downloadRun(page)).header.seed).toBe(41);
  await openHistory(page);
  await expect(rows(page)).toHaveCount(3);
  for (const seed of [40, 41, 42]) await expect(rows(page).filter({ hasText: `seed ${seed}` })).toHaveCount(1);
});

for (const [width, height] of [[1440, 900], [1366, 768], [390, 844], [390, 664]] as const) {
  test(`the pictures of a batch are on the screen as they begin, at ${width} x ${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await start(page);
    await slowDown(page);
    await page.getByRole('combobox', { name: 'Pictures' }).selectOption('9');
    await generateButton(page).click();
    const tile = page.locator('.tile.running').first();
    await expect(tile).toBeVisible();
    const box = async (part: Locator) => (await part.boundingBox())!;
    const [stage, own, bar] = [await box(page.locator('.stage')), await box(tile), await box(page.locator('.launch-action'))];
    expect(own.y).toBeGreaterThanOrEqual(stage.y + stage.height);
    expect(own.y + own.height).toBeLessThanOrEqual(width < 720 ? bar.y : height);
    if (width > 720) expect(await page.evaluate(() => scrollY)).toBe(0);
  });
}

test('stop ends the whole batch', async ({ page }) => {
  await start(page);
  await slowDown(page);
  await page.getByRole('combobox', { name: 'Pictures' }).selectOption('9');
  await generateButton(page).click();
  await expect.poll(async () => Number(await page.locator('[data-figure="tokens"]').textContent())).toBeGreaterThan(1);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(generateButton(page)).toBeVisible();
  const sheet = page.getByRole('region', { name: 'Contact sheet' });
  await expect(sheet.getByRole('button', { name: /stopped/ })).toHaveCount(9);
});

test('a seed of ten digits is whole in the title, beside marks too, and under every picture of a batch', async ({ page }) => {
  await start(page);
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.getByRole('textbox', { name: 'Seed' }).fill('4294967287');
  await page.getByRole('combobox', { name: 'Pictures' }).selectOption('9');
  await generateButton(page).click();
  await runFinished(page);
  const whole = async () => {
    expect(await page.locator('.tile > span').evaluateAll((all: HTMLElement[]) => all.filter(({ scrollWidth, clientWidth, offsetHeight, parentElement }) => scrollWidth > clientWidth || offsetHeight > parentElement!.clientHeight).length)).toBe(0);
    const title = page.locator('.run-name');
    await expect(title).toHaveText('Alpha, seed 4294967287');
    await expect(title).toHaveAttribute('title', 'Alpha, seed 4294967287');
    expect(await title.locator('span').evaluateAll((all) => all.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth))).toEqual([0, 0]);
  };
  await whole();
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Inspect' }).click();
  const place = (await page.locator('.stage').boundingBox())!;
  await page.getByRole('gridcell').nth(20).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^Use token/ }).first().click();
  await expect(page.locator('.run-title')).toContainText('Edited');
  await page.getByRole('slider', { name: /E_th line/ }).press('PageDown');
  await expect(page.locator('.run-title')).toContainText('What-if');
  await whole();
  expect(await page.locator('.run-marks > span').evaluateAll((all) => all.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth))).toEqual([0, 0, 0]);
  expect(await page.locator('.stage').boundingBox(), 'the stage stays where it is').toEqual(place);
});

test('presets set the patching and leave the rest', async ({ page }) => {
  await start(page);
  await page.getByRole('textbox', { name: 'Guidance' }).fill('3');
  await page.getByRole('radio', { name: 'One per patch' }).click();
  await generateButton(page).click();
  await runFinished(page);
  await expect(page.locator('[data-figure="patches"]')).toHaveText('64');
  await expect(page.locator('[data-figure="cost-of"]')).toHaveText('One token per patch');
  await page.getByRole('radio', { name: 'Static' }).click();
  await generateButton(page).click();
  await expect(page.locator('[data-figure="patches"]')).not.toHaveText('64');
  await runFinished(page);
  await expect(page.locator('[data-figure="cost-of"]')).toHaveText('Static patches');
  const { header } = await downloadRun(page);
  expect(header.settings).toMatchObject({ guidance: 3, entropyGate: false, lengthGate: false, rowReset: false });
  expect(header.settings.staticLength).toBeGreaterThan(1);
  await page.getByRole('button', { name: 'Reset all' }).click();
  await expect(page.getByRole('radio', { name: 'Dynamic' })).toBeChecked();
});

for (const { kind, touch, screens } of DEVICES) {
  test(`history and contact sheet, ${kind}: fit, and axe finds nothing, light and dark`, async ({ browser }) => {
    test.slow(); // every screen, in light and in dark
    const [screen] = screens as [Screen];
    const context = await browser.newContext({ ...contextOf(touch, screen), deviceScaleFactor: touch ? 2 : 1 });
    const page = await context.newPage();
    await start(page);
    await page.getByRole('combobox', { name: 'Pictures' }).selectOption('6');
    await generateButton(page).click();
    await expect(page.getByRole('button', { name: /Seed \d+, finished/ })).toHaveCount(6, { timeout: 120_000 });
    await page.getByRole('button', { name: /Seed \d+, finished/ }).nth(1).click();
    const check = async (what: string) => {
      await expectFits(page);
      await expectAccessible(page, what, { shot: (scheme) => join(shots, `${what}-${screen.name}-${scheme}.png`) });
    };
    await check('sheet');
    await page.evaluate(() => scrollTo(0, 0));
    await openHistory(page);
    await expect(rows(page)).toHaveCount(6);
    await rows(page).nth(2).getByRole('button', { name: /Pin/ }).click();
    await check('history');
    await context.close();
  });
}
