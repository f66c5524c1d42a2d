import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { parseRun, type Run } from '../engine/log.ts';
import { decodesWithNullEntropies, type Manifest } from '../engine/manifest.ts';
import { fixturePacks, readJson, shippedPacks, type TestPack } from './packs.ts';
import { classes, downloadRun, generateButton, mountPack, runFinished, useBackend } from './studio-page.ts';

const SEED = 11;
/** Natural log. Two backends may choose differently only between candidates closer than this (docs/packs.md, shared conventions). */
const TOLERANCE = 2e-3;

const address = (pack: TestPack, rest = '') => `/#pack=${pack.name}${rest}`;
const hashOf = (url: string) => new URL(url).hash;

/** The same image from the command line. */
function commandLine(pack: TestPack, className: string, seed: number): Run {
  const out = mkdtempSync(join(tmpdir(), 'studio-'));
  execFileSync(process.execPath, ['--import', 'tsx', 'node/generate.ts', '--pack', pack.name, '--models-dir', dirname(pack.folder), '--class', className, '--seed', String(seed), '--out', out]);
  return parseRun(JSON.parse(readFileSync(join(out, readdirSync(out).find((name) => name.endsWith('.run.json'))!), 'utf8')));
}

/** Tokens agree up to the first near tie; after one the runs are different images. Returns the number of tokens compared. */
function expectSameTokens(page: Run, line: Run): number {
  for (const [t, event] of line.events.entries()) {
    const other = page.events[t]!;
    if (event.token === other.token) continue;
    // Logits and noise of the two came as close as the backends round: the distributions have to be the same within the tolerance.
    for (const [id, p] of event.alternatives) {
      const q = other.alternatives.find(([candidate]) => candidate === id)?.[1];
      if (q !== undefined) expect(Math.abs(Math.log(p) - Math.log(q)), `token ${t}, candidate ${id}`).toBeLessThan(TOLERANCE);
    }
    return t;
  }
  return line.events.length;
}

/** A pack that decodes token by token says so, and speaks of no patches, thresholds or entropies that it does not have. */
async function expectNoPatches(page: Page, tokens: number): Promise<void> {
  await expect(page.getByText('One token per patch: no entropies were computed')).toBeVisible();
  await expect(page.getByText('it has no patches, so there is no')).toBeVisible();
  await expect(page.getByRole('complementary', { name: 'Figures' })).toContainText(`${tokens} transformer steps`);
  await expect(page.getByRole('complementary', { name: 'Figures' })).not.toContainText(/patch/i);
  await expect(page.getByRole('slider', { name: /E_th|Longest patch/ })).toHaveCount(0);
  await page.getByRole('link', { name: 'Inspect' }).click();
  await expect(page.getByText('it has no patches to redraw')).toBeVisible();
  await expect(page.getByRole('heading', { name: /Patch lengths|over Eth/ })).toHaveCount(0);
}

const packs = [...shippedPacks, ...fixturePacks];
test.skip(packs.length === 0, 'no pack has been built');

for (const pack of packs) {
  test(`${pack.name}: from Generate to the finished image, the same as on the command line`, async ({ page }, { project }) => {
    test.skip(project.name === 'webgpu' && shippedPacks.includes(pack), 'too slow on the software adapter');
    test.skip(project.name === 'webgpu' && pack.name === 'nano', 'pico has the same graphs with fewer blocks');
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await mountPack(page, pack);
    await page.goto(address(pack));
    await useBackend(page, project.name === 'webgpu' ? 'webgpu' : 'wasm');
    await classes(page).nth(1).click();
    await page.getByRole('textbox', { name: 'Seed' }).fill(String(SEED));
    await generateButton(page).click();
    await runFinished(page);
    const manifest = readJson(pack, 'manifest.json') as Manifest;
    const run = await downloadRun(page);
    expect(run).toMatchObject({ complete: true, header: { class: 1, seed: SEED, backend: project.name } });

    const line = commandLine(pack, '1', SEED);
    const same = expectSameTokens(run, line);
    expect(same).toBeGreaterThan(line.events.length / 2);
    for (let t = 1; t < same; t++) {
      const [here, there] = [run.events[t]!.entropy, line.events[t]!.entropy];
      expect(here === null, `entropy ${t}`).toBe(there === null);
      expect(Math.abs(here! - there!), `entropy ${t}`).toBeLessThan(TOLERANCE);
    }

    // What the page shows is what the log says.
    const cells = page.getByRole('gridcell');
    const plain = manifest.kind === 'gpt' && !decodesWithNullEntropies(manifest);
    await expect(cells.last()).toContainText(plain ? `code ${run.events.at(-1)!.token},` : /nats/);
    const texts = await cells.allTextContents();
    const said = (entropy: number | null) => (entropy === null ? 'n/a' : `${entropy.toFixed(2)}\u00a0nats`);
    run.events.forEach(({ token, entropy }, t) => expect(texts[t]).toContain(plain ? `code ${token},` : said(entropy)));
    await expect(page.locator('[data-figure="patches"]')).toHaveText(String(run.events.filter((event) => event.opens.length > 0).length));
    await expect(page.locator('[data-figure="tokens"]')).toHaveText(String(run.events.length));
    if (plain) await expectNoPatches(page, run.events.length);
    expect(errors).toEqual([]);
  });
}

const pack = fixturePacks[0] ?? shippedPacks[0];

test('the address makes the same run again', async ({ page, context }, { project }) => {
  test.skip(project.name === 'webgpu', 'the page does not depend on the backend: run on WASM');
  await mountPack(page, pack!);
  await page.goto(address(pack!));
  await classes(page).last().click();
  await page.getByRole('textbox', { name: 'Seed' }).fill('5');
  await page.getByRole('textbox', { name: 'Temperature' }).fill('0.8');
  await generateButton(page).click();
  await runFinished(page);
  const first = await downloadRun(page);
  expect(hashOf(page.url())).toContain('seed=5');
  expect(hashOf(page.url())).toContain('temp=0.8');

  const other = await context.newPage();
  await mountPack(other, pack!);
  await other.goto(page.url());
  await runFinished(other);
  const second = await downloadRun(other);
  expect(second.header).toEqual(first.header);
  expect(second.digest).toBe(first.digest);
  expect(hashOf(other.url())).toBe(hashOf(page.url()));
});

test('Escape stops a run and keeps what was decoded', async ({ page }, { project }) => {
  test.skip(project.name === 'webgpu', 'the page does not depend on the backend: run on WASM');
  const slow = shippedPacks[0] ?? pack!;
  await mountPack(page, slow);
  await page.goto(address(slow));
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
  await generateButton(page).click();
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(generateButton(page)).toBeVisible();
  const state = page.locator('.run-title .chip');
  await expect(state).toHaveText(/Stopped|Generated here/);
});

test('cursor keys, the strip and the grid move one cursor', async ({ page }, { project }) => {
  test.skip(project.name === 'webgpu', 'the page does not depend on the backend: run on WASM');
  await mountPack(page, pack!);
  await page.goto(address(pack!, '&class=0&seed=3'));
  await runFinished(page);
  const strip = page.getByRole('slider', { name: 'Token shown' });
  const total = Number(await strip.getAttribute('aria-valuemax'));
  await expect(strip).toHaveAttribute('aria-valuenow', String(total));
  await page.locator('.run-title').click();
  await page.keyboard.press('ArrowLeft');
  await expect(strip).toHaveAttribute('aria-valuenow', String(total - 1));
  await strip.press('Home');
  await expect(strip).toHaveAttribute('aria-valuenow', '1');
  await expect(strip).toHaveAttribute('aria-valuetext', /token 1 of \d+, n\/a, opens a patch: first token/);
  const box = (await strip.boundingBox())!;
  await page.mouse.click(box.x + box.width / 2, box.y + 40);
  await expect.poll(async () => Math.abs(Number(await strip.getAttribute('aria-valuenow')) - total / 2)).toBeLessThan(total / 10);
  await strip.press('End');
  const cell = page.getByRole('gridcell').first();
  await cell.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('.cell-panel .heading')).toHaveText('Cell, row 2, column 2');
  await page.locator('.run-title').click();
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
});
