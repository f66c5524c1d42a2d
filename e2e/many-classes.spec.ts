import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { axe } from './axe.ts';
import { faultServer } from './fault-server.ts';
import { downloadRun, generateWithRules, runFinished, useBackend } from './studio-page.ts';

const names = readFileSync(join(import.meta.dirname, '../models/llamagen/imagenet_classes.tsv'), 'utf8').trimEnd().split('\n').map((line) => line.split('\t'));

test('one class of a thousand: searched, chosen by keyboard, kept in the link, recent and pinned', async ({ page }) => {
  const server = await faultServer();
  // Only the list is of ImageNet's size; the model has three classes, so what is generated is chosen among those.
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/models/nano/manifest.json'), 'utf8')) as { classes: unknown[]; thumbnails: { classes?: number[] } };
  manifest.classes = names.map(([id, label, synonyms]) => ({ id, label, ...(synonyms && { synonyms: synonyms.split(', ') }) }));
  manifest.thumbnails.classes = [0, 1, 2];
  server.faults.set('nano/manifest.json', (_, response) => !!response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(manifest)));
  try {
    await page.goto(`${server.url}#pack=nano&class=n01443537`);
    const search = page.getByRole('combobox', { name: 'Class' });
    const list = page.getByRole('listbox', { name: 'Classes' });
    await expect(page.locator('.chosen-class')).toContainText('goldfish');
    await expect(list.getByRole('option', { name: /goldfish/ })).toHaveAttribute('aria-selected', 'true');
    expect(await list.getByRole('option').count()).toBeLessThan(40);
    await expect(page.getByRole('combobox', { name: 'Less like' }).getByRole('option')).toHaveCount(names.length);
    await search.fill('man-eater');
    await expect(list.getByRole('option')).toHaveCount(1);
    await expect(page.getByRole('status').filter({ hasText: 'One class found' })).toBeAttached();
    await search.press('Enter');
    await expect(page.locator('.chosen-class')).toContainText('great white shark');
    await search.press('Escape');
    await expect(search).toHaveValue('');
    await search.fill('terrier');
    await search.press('ArrowDown');
    const active = await search.getAttribute('aria-activedescendant');
    await expect(page.locator(`[id="${active}"]`)).toHaveAttribute('aria-posinset', '2');
    for (let i = 0; i < 4; i++) await search.press('PageDown');
    const far = await search.getAttribute('aria-activedescendant');
    await expect(page.locator(`[id="${far}"]`)).toBeVisible();
    await search.press('Enter');
    const id = far!.slice(far!.lastIndexOf('-') + 1);
    await expect(page.locator('.chosen-class')).toContainText(names.find(([known]) => known === id)![1]!);
    await page.getByRole('button', { name: 'Pin', exact: true }).click();
    await expect(page.getByRole('group', { name: 'Pinned' }).getByRole('button')).toHaveCount(1);
    await expect(page.getByRole('group', { name: 'Recent' }).getByRole('button')).toHaveCount(2);
    expect(await axe(page, { part: '.many-classes' })).toEqual([]);
    await page.reload();
    await expect(page.getByRole('group', { name: 'Pinned' }).getByRole('button')).toHaveCount(1);
    await search.fill('nothing like it');
    await expect(list).toContainText('No class has that name.');
  } finally {
    await server.close();
  }
});

test('a pack as import-llamagen makes it: generated, entropies of its own null class, what-if patches, a picture inspected', async ({ page }) => {
  const server = await faultServer();
  try {
    await page.goto(`${server.url}#pack=nano-llamagen`);
    await useBackend(page, 'wasm');
    await page.goto(`${server.url}#pack=nano-llamagen&class=n2&seed=5`);
    await runFinished(page);
    // Scored once it is complete: by the graph that node/golden.test.ts compares with PyTorch.
    await expect.poll(async () => (await downloadRun(page)).events.filter(({ entropy }) => entropy !== null).length, { timeout: 30_000 }).toBe(63);
    await page.getByRole('link', { name: 'Inspect' }).or(page.getByRole('tab', { name: 'Inspect' })).first().click();
    const legend = page.locator('.strip-legend');
    await expect(legend, 'as decoded it has no patches').toHaveText(/without patches/);
    await expect(page.getByRole('list', { name: 'The model’s own samples' })).toBeVisible();
    await expect(page.getByText(/held-out/i)).toHaveCount(0);
    const mark = page.locator('.legend-scale i');
    await expect(mark, 'as decoded it has no E_th').toHaveCount(0);
    await page.getByRole('button', { name: 'Show DPAR’s patches' }).click();
    await expect(mark).toHaveCount(1);
    await expect(page.locator('.run-title')).toContainText('What-if');
    await expect(legend).toContainText('joins the patch');
    await expect(page.locator('.big')).toContainText('patch-transformer step');
    await expect(page.locator('[data-figure="decoded"]')).toHaveText('64 transformer steps');
    await expect(generateWithRules(page), 'it has no patches to generate with').toHaveCount(0);
  } finally {
    await server.close();
  }
});
