import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { axe, contextOf, DEVICES, expectAccessible, expectFits, onEach } from './axe.ts';
import { servePack, syntheticBaseline, syntheticPack } from '../fixtures/synthetic.ts';
import { fixturePack } from './packs.ts';
import { slowDown } from './slow-worker.ts';
import { generateButton, mountPack, runFinished } from './studio-page.ts';

const nano = fixturePack('nano');
const baseline = fixturePack('nano-gpt');
const figure = (page: Page, name: string) => page.locator(`[data-compare="${name}"]`);
const source = (page: Page, name: string) => page.getByRole('combobox', { name: `Run ${name}` });

/** Two recorded runs: the same noise under two names. */
async function twoRecordings(page: Page): Promise<void> {
  const pack = await syntheticPack();
  pack.manifest.recordings.push({ ...pack.manifest.recordings[0]!, id: 'again', title: 'River once more' });
  pack.files.set('manifest.json', Buffer.from(JSON.stringify(pack.manifest)));
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await servePack(page, pack);
  await page.goto('/#view=compare');
  await expect(figure(page, 'tokens-a')).toHaveText('256');
  const choice = page.getByRole('region', { name: 'Choose what to compare with' });
  await expect(choice.getByRole('button').first()).toBeVisible();
  await expect(page.locator('.compare-stage .square')).toHaveCount(2);
  await expect(figure(page, 'tokens-b')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Swap A and B' })).toHaveCount(0);
  await source(page, 'B').selectOption({ label: 'River once more' });
  await expect(figure(page, 'tokens-b')).toHaveText('256');
  await expect(choice).toHaveCount(0);
}

/** A run made here, one token a pass: a call of a graph for each. */
async function generated(page: Page): Promise<void> {
  await mountPack(page, nano);
  await page.goto(`/#pack=${nano.name}&window=1`);
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
  await generateButton(page).click();
  await runFinished(page);
}

test('two recorded runs before any weights: one cursor, linked cells, one side under other rules', async ({ page }) => {
  await twoRecordings(page);
  await expect(figure(page, 'tokens')).toHaveText('0 of 256 differ');
  await expect(figure(page, 'pixels')).toHaveText('mean 0.0 of 255');
  await expect(figure(page, 'parted')).toHaveText('no token differs');
  const [stripA, stripB] = [page.getByRole('slider', { name: 'Token shown' }).first(), page.getByRole('slider', { name: 'Token shown' }).last()];
  await stripA.press('Home');
  for (let i = 0; i < 9; i++) await stripA.press('ArrowRight');
  await expect(stripB).toHaveAttribute('aria-valuenow', '10');
  await expect(figure(page, 'tokens-b')).toHaveText('10');
  await page.locator('body').press('End');
  await expect(stripB).toHaveAttribute('aria-valuenow', '256');
  await page.locator('.compare-side.a .picture-view, .compare-side.a .square').first().hover({ position: { x: 30, y: 30 } });
  const tokens = page.locator('[data-pair="token"]');
  await expect(tokens).toHaveCount(2);
  await expect(tokens.last()).toHaveText((await tokens.first().textContent())!);
  await expect(page.locator('.cell-pair'), 'symbols are set as in the paper').not.toContainText('E_th');
  const handle = page.getByRole('slider', { name: /E_th line/ }).last();
  await handle.focus();
  await page.keyboard.press('PageDown');
  await expect(figure(page, 'patches-b')).not.toHaveText((await figure(page, 'patches-a').textContent())!);
  await expect(page.getByRole('region', { name: 'Entropy strip of run B' })).toContainText('What-if');
  await expect(page.getByRole('region', { name: 'Entropy strip of run A' })).not.toContainText('What-if');
});

test('each strip is marked with its run, whether both have a legend or one is enough', async ({ page }) => {
  const marks = () => page.locator('.compare-strips .strip').evaluateAll((strips) => strips.map((strip) =>
    [strip, strip.querySelector('.axis-name')].flatMap((element) => (element ? [getComputedStyle(element, '::before').content] : [])).filter((content) => content !== 'none').join()));
  await twoRecordings(page);
  expect(await marks()).toEqual(['"A"', '"B"']);
  const packs = [await syntheticPack(), await syntheticBaseline()];
  for (const one of packs) await servePack(page, one);
  await page.route('**/models/index.json', (route) => route.fulfill({ json: { packs: packs.map(({ manifest: { name, title, kind } }) => ({ name, title, kind, bytes: 1 })) } }));
  await page.reload();
  await expect(figure(page, 'tokens-a')).toHaveText('256');
  await source(page, 'B').selectOption(await page.locator('.source-select.b optgroup[label*="Baseline"] option').first().getAttribute('value'));
  await expect(page.locator('.compare-strips .axis-name')).toHaveCount(2);
  expect(await marks(), 'of two kinds').toEqual(['"A"', '"B"']);
});

test('a run against one token per patch and against six thresholds, generated here', async ({ page }) => {
  test.setTimeout(240_000);
  await generated(page);
  const hash = new URL(page.url()).hash;
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Compare' }).click();
  await expect(figure(page, 'tokens-a')).toHaveText('64');
  await page.getByRole('button', { name: 'Same model, one token per patch' }).click();
  await expect(figure(page, 'patches-b')).toHaveText('64', { timeout: 120_000 });
  await expect(figure(page, 'p-avg-b')).toHaveText('1.00');
  await expect(figure(page, 'place-b')).toContainText('this device');
  expect(Number(await figure(page, 'patches-a').textContent())).toBeLessThan(64);
  await expect(page.locator('[data-ran="patchTransformer-calls"]').last()).toHaveText('64');
  expect(new URL(page.url()).hash.replace(/&b=[^&]*/, ''), 'the run in view stays').toBe(`${hash.replace(/&check=.*/, '')}&view=compare${/&check=.*/.exec(hash)?.[0] ?? ''}`);
  await page.getByRole('button', { name: 'One seed, six thresholds' }).click();
  await expect(page.getByRole('region', { name: 'One seed, six thresholds' }), 'it comes into view').toBeInViewport({ ratio: 0.5 });
  const tiles = page.locator('.sheet-tile');
  await expect.poll(() => tiles.count()).toBeGreaterThanOrEqual(5);
  await expect(tiles.last()).toContainText('steps', { timeout: 150_000 });
  await expect(page.getByRole('button', { name: 'Swap A and B' })).toBeEnabled({ timeout: 60_000 });
  const steps = (await page.locator('.sheet-text > span:last-child').allTextContents()).map((text) => parseInt(text, 10));
  expect(steps[0]!).toBeGreaterThan(steps.at(-1)!);
  await tiles.last().click();
  await expect(figure(page, 'patches-b')).toHaveText(String(steps.at(-1)));
  await page.getByRole('button', { name: 'Swap A and B' }).click();
  await expect(figure(page, 'patches-a')).toHaveText(String(steps.at(-1)));
  await expect(source(page, 'B')).toHaveValue('view');
});

test('while a run is made beside the one in view, what it runs on stays', async ({ page }) => {
  test.setTimeout(240_000);
  await generated(page);
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Compare' }).click();
  const preset = page.getByRole('button', { name: 'Same model, one token per patch' });
  await expect(preset).toBeEnabled({ timeout: 60_000 });
  await slowDown(page, 200);
  await preset.click();
  await page.locator('.status-chip').click();
  const refused = page.getByText('Can be changed when the run has ended.');
  await expect(refused).toBeVisible();
  await expect(page.getByRole('button', { name: 'Measure this device' })).toBeDisabled();
  await page.getByRole('radio', { name: 'WASM', exact: true }).click();
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready');
  await expect(figure(page, 'patches-b')).toHaveText('64', { timeout: 120_000 });
  await expect(refused).toHaveCount(0);
});

test('the address holds the second run and its settings: opened elsewhere both are there, the same', async ({ page, context }) => {
  test.setTimeout(240_000);
  await mountPack(page, nano);
  await page.goto(`/#pack=${nano.name}&class=1&seed=4&view=compare`);
  await expect(figure(page, 'tokens-a')).toHaveText('64', { timeout: 120_000 });
  await expect(page.getByRole('button', { name: 'Same model, one token per patch' })).toBeEnabled({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Same model, one token per patch' }).click();
  await expect(figure(page, 'patches-b')).toHaveText('64', { timeout: 120_000 });
  await expect.poll(() => new URL(page.url()).hash).toContain('b=pack%3Dnano');
  await expect.poll(() => decodeURIComponent(new URL(page.url()).hash)).toMatch(/b=pack=nano&class=Beta&seed=4&pmax=1&check=[0-9a-f]{12}\./);
  await page.getByRole('button', { name: 'Share' }).click();
  const shared = page.getByRole('dialog', { name: 'Share this run' });
  await expect(shared.getByRole('textbox', { name: 'Link to this comparison' })).toHaveValue(page.url());
  await expect(shared.locator('.share-title')).toHaveText('Beta, seed 4');
  await page.keyboard.press('Escape');
  const elsewhere = await context.newPage();
  await mountPack(elsewhere, nano);
  await elsewhere.goto(page.url());
  await expect(figure(elsewhere, 'patches-b')).toHaveText('64', { timeout: 150_000 });
  await expect(figure(elsewhere, 'patches-a')).toHaveText((await figure(page, 'patches-a').textContent())!);
  await expect(elsewhere.locator('.compare-side.b .mark')).toHaveText('Matches the link');
  expect(new URL(elsewhere.url()).hash).toBe(new URL(page.url()).hash);
  await elsewhere.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Inspect' }).click();
  await expect.poll(() => new URL(elsewhere.url()).hash).not.toContain('b=');
});

test('a baseline pack: its model runs beside the page, which keeps its own run; the address holds it', async ({ page, context }) => {
  test.setTimeout(240_000);
  const open = async (tab: Page, address: string) => {
    for (const pack of [nano, baseline]) await mountPack(tab, pack);
    await tab.route('**/models/index.json', (route) => route.fulfill({ json: { packs: [
      { name: 'nano', title: 'Nano', kind: 'dpar', bytes: 1 }, { name: 'nano-gpt', title: 'Nano baseline', kind: 'gpt', bytes: 1 },
    ] } }));
    await tab.goto(address);
  };
  await open(page, '/#pack=nano&class=0&seed=3&view=compare');
  await expect(figure(page, 'tokens-a')).toHaveText('64', { timeout: 120_000 });
  const preset = page.getByRole('button', { name: 'Plain transformer (baseline)' });
  await expect(preset).toBeEnabled({ timeout: 60_000 });
  await preset.click();
  await expect(figure(page, 'steps-b')).toHaveText('64', { timeout: 120_000 });
  await expect(page.getByText('One token per patch: no entropies were computed')).toBeVisible();
  await expect(figure(page, 'patches-b'), 'it has none').toHaveText('–');
  // How many tokens a pass settles is measured on the device; each pass is one call.
  await expect(page.locator('[data-ran="gpt-calls"]')).toHaveText((await figure(page, 'passes-b').textContent())!);
  await figure(page, 'parted').getByRole('button').click();
  const pair = page.locator('[data-pair="token"]');
  await expect(pair).toHaveCount(2);
  expect(await pair.first().textContent(), 'the cell where the two runs part is pinned').not.toBe(await pair.last().textContent());
  await expect(source(page, 'A')).toHaveValue('view');
  expect(Number(await figure(page, 'patches-a').textContent())).toBeLessThan(64);
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready');
  await expect(page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Compare' })).toHaveAttribute('aria-current', 'page');
  expect(await axe(page)).toEqual([]);
  await expect.poll(() => decodeURIComponent(new URL(page.url()).hash)).toMatch(/^#pack=nano&.*b=pack=nano-gpt&class=Alpha&seed=3&/);
  const elsewhere = await context.newPage();
  await open(elsewhere, page.url());
  await expect(elsewhere.locator('.compare-side.b .mark')).toHaveText('Matches the link', { timeout: 150_000 });
  await elsewhere.close();

  await page.getByRole('button', { name: 'Swap A and B' }).click();
  await expect(page.getByRole('button', { name: 'Nano', exact: true }), 'the way back').toBeEnabled();
  await expect(page.getByRole('button', { name: /^(Dynamic|Static|One seed)/ })).toHaveCount(0);
});

test('the second worker crashes before its run and in it: the run of B is made all the same', async ({ page }) => {
  test.setTimeout(240_000);
  for (const pack of [nano, baseline]) await mountPack(page, pack);
  await page.route('**/models/index.json', (route) => route.fulfill({ json: { packs: [
    { name: 'nano', title: 'Nano', kind: 'dpar', bytes: 1 }, { name: 'nano-gpt', title: 'Nano baseline', kind: 'gpt', bytes: 1 },
  ] } }));
  await page.goto('/#pack=nano&class=0&seed=3&view=compare');
  await expect(figure(page, 'tokens-a')).toHaveText('64', { timeout: 120_000 });
  const preset = page.getByRole('button', { name: 'Plain transformer (baseline)' });
  const crash = () => page.workers().at(-1)!.evaluate(() => { setTimeout(() => { throw new Error('injected crash'); }); });
  await preset.click({ timeout: 60_000 });
  await expect(figure(page, 'steps-b')).toHaveText('64', { timeout: 120_000 });
  expect(page.workers()).toHaveLength(2);
  await crash();
  await expect.poll(() => page.workers().length).toBe(1);
  await preset.click();
  const went = page.getByText('The run continued where it was').first();
  await expect(went).toBeVisible({ timeout: 60_000 });
  await expect(figure(page, 'steps-b')).toHaveText('64', { timeout: 120_000 });
  await page.getByRole('button', { name: 'Close' }).first().click();
  await expect(went).toHaveCount(0);
  await slowDown(page, 100, 1);
  await preset.click();
  await expect.poll(() => figure(page, 'tokens-b').textContent().then(Number), { intervals: [50] }).toBeLessThan(40);
  await crash();
  await expect(went).toBeVisible({ timeout: 60_000 });
  await expect(figure(page, 'steps-b')).toHaveText('64', { timeout: 120_000 });
});

test('another pack opens in the view that is open; the guide shows patches even where the pack has none', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await servePack(page, await syntheticPack());
  await servePack(page, await syntheticBaseline());
  await page.route('**/models/index.json', (route) => route.fulfill({ json: { packs: [
    { name: 'eurosat', title: 'EuroSAT', kind: 'dpar', bytes: 1 }, { name: 'baseline', title: 'Baseline', kind: 'gpt', bytes: 1 },
  ] } }));
  await page.goto('/#view=inspect');
  await expect(page.locator('[data-figure="tokens"]')).toHaveText('256');
  await page.getByRole('button', { name: /^EuroSAT/ }).click();
  await page.getByRole('radio', { name: /^Baseline/ }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByText('it has no patches to redraw')).toBeVisible();
  await expect(page.locator('.run-title .chip')).toHaveText('Recorded');
  await expect(page.locator('[data-figure="patches"]')).toHaveText('256');
  expect(await axe(page), 'Inspect').toEqual([]);
  await page.getByRole('gridcell').nth(20).focus();
  await expect(page.getByRole('gridcell').nth(20)).toHaveText(/^code \d+, probability/);
  await page.getByRole('link', { name: 'Generate' }).click();
  await expect(page.getByText('it has no patches, so there is no')).toBeVisible();
  expect(await axe(page), 'Generate').toEqual([]);
  await page.getByRole('link', { name: 'Guide' }).click();
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await expect(page.locator('.guide .legend').first()).toBeVisible();
  await page.getByRole('button', { name: 'Look closer in Inspect' }).click();
  await expect(page.getByRole('button', { name: /^EuroSAT/ })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Patch rules' }).getByRole('switch', { name: 'Entropy gate' })).toBeVisible();
});

for (const { kind, touch, screens } of DEVICES) {
  test(`${kind}: fits, and axe finds nothing, light and dark`, async ({ browser }) => {
    test.slow(); // every screen, in light and in dark
    const context = await browser.newContext(contextOf(touch, screens[0]!));
    const page = await context.newPage();
    await twoRecordings(page);
    await onEach(page, screens, async ({ name }) => {
      await expectFits(page);
      await expectAccessible(page, name, { shot: (scheme) => join(import.meta.dirname, 'artefacts', 'compare', `${name}-${scheme}.png`) });
    });
    await context.close();
  });
}
