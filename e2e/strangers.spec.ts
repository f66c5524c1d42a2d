/** What others do to the page, and what strangers type into it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { servePack, syntheticPack } from '../fixtures/synthetic.ts';
import { fixturePack } from './packs.ts';
import { generateButton, mountPack, runFinished } from './studio-page.ts';

const nano = fixturePack('nano');
test('a number that is typed into any field of the page stands there as it was typed', async ({ page }) => {
  await servePack(page, await syntheticPack());
  const pressed = async (name: string | RegExp, text: string) => {
    const field = page.getByRole('textbox', { name });
    await field.click();
    await page.keyboard.type(text);
    await expect(field).toHaveValue(text);
    await field.blur();
    await expect(field).toHaveValue(text);
  };
  await page.goto('/');
  await pressed('Top-p', '0.9');
  await pressed('Top-k', '50');
  await pressed(/Threshold/, '4.25');
  await pressed('Longest patch', '7');
  await pressed('Guidance', '1.5');
  await pressed('Temperature', '0.7');
  await pressed('Seed', '123');
  await page.getByRole('radio', { name: 'Static' }).click();
  await pressed('Static patch length', '3.5');
  // By key the same; the word for a filter that is off is read, too.
  const topK = page.getByRole('textbox', { name: 'Top-k' });
  await page.getByRole('slider', { name: 'Temperature' }).focus();
  while (!(await topK.evaluate((field) => field === document.activeElement))) await page.keyboard.press('Tab');
  await page.keyboard.type('60');
  await expect(topK).toHaveValue('60');
  await topK.fill('off');
  await topK.blur();
  await expect(topK).toHaveValue('off');
  await expect(page.locator('.setting .field-error')).toHaveCount(0);
});

/** As page translation does, to what is on the page now. */
const translate = (page: Page) => page.evaluate(readFileSync(join(import.meta.dirname, '../fixtures/translate.js'), 'utf8'));
const replaced = (page: Page) => page.locator('font font').count();

test('a page that is translated goes on: runs, views, messages, and figures that change', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await mountPack(page, nano);
  await page.goto(`/#pack=${nano.name}`);
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
  await translate(page);
  expect(await replaced(page)).toBeGreaterThan(20);
  for (const seed of ['3', 'x', '4']) {
    await page.getByRole('textbox', { name: 'Seed' }).fill(seed);
    if (seed === 'x') await expect(page.locator('#seed-error')).toContainText('whole number');
    else {
      await generateButton(page).click();
      await runFinished(page);
      await expect(page.locator('.run-title')).toContainText(`seed ${seed}`);
      await expect(page.locator('.run-title')).not.toContainText(seed === '3' ? 'seed 4' : 'seed 3');
    }
    await translate(page);
  }
  await expect(page.locator('[data-figure="tokens"]')).toHaveText('64');
  for (const view of ['Guide', 'Compare', 'Inspect', 'Generate', 'Guide']) {
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).click();
    await expect(page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view })).toHaveAttribute('aria-current', 'page');
    await page.waitForTimeout(300);
    await translate(page);
  }
  for (let i = 2; i <= 7; i++) {
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    await expect(page.locator('.step-dot[aria-current="step"]')).toHaveText(String(i));
    await translate(page);
  }
  await page.getByRole('button', { name: 'History' }).click();
  await expect(page.getByRole('list', { name: 'Runs' }).getByRole('listitem')).toHaveCount(2);
  await translate(page);
  await page.getByRole('button', { name: 'Delete unpinned runs' }).click();
  await expect(page.getByRole('list', { name: 'Runs' }).getByRole('listitem')).toHaveCount(0);
  await expect(page.getByText('This page could not be shown')).toHaveCount(0);
  expect(errors).toEqual([]);
});

test('a link opened while a field holds what cannot be read wins over it', async ({ page }) => {
  await mountPack(page, nano);
  await page.goto(`/#pack=${nano.name}`);
  await page.getByRole('textbox', { name: 'Top-p' }).fill('lots');
  await page.getByRole('textbox', { name: 'Seed' }).fill('x');
  await expect(page.locator('.field-error')).not.toHaveCount(0);
  await page.evaluate((name) => { location.hash = `#pack=${name}&class=1&seed=5`; }, nano.name);
  await runFinished(page);
  await expect(page.locator('.run-title')).toContainText('seed 5');
  await expect(page.getByRole('textbox', { name: 'Seed' })).toHaveValue('5');
  await expect(page.getByRole('textbox', { name: 'Top-p' })).toHaveValue('off');
  await expect(page.locator('.field-error')).toHaveCount(0);
});

test('a drop on Inspect is read as on Generate: the picture beside a text, a pack, an address', async ({ page }) => {
  await servePack(page, await syntheticPack());
  await page.goto('/#view=inspect');
  await expect(page.getByRole('region', { name: 'Your own picture' })).toBeVisible();
  const drop = async (files: { name: string; type: string; base64: string }[], address?: string) => {
    const transfer = await page.evaluateHandle(([list, link]) => {
      const data = new DataTransfer();
      for (const { name, type, base64 } of list) data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { type }));
      if (link) data.setData('text/uri-list', link);
      return data;
    }, [files, address] as const);
    await page.locator('main').dispatchEvent('drop', { dataTransfer: transfer });
  };
  const text = { name: 'notes.txt', type: 'text/plain', base64: Buffer.from('hello').toString('base64') };
  const png = { name: 'plain.png', type: 'image/png', base64: readFileSync(join(import.meta.dirname, '../fixtures/pictures/plain.png')).toString('base64') };
  await drop([text, png]);
  await expect(page.getByRole('button', { name: 'Remove picture' })).toBeVisible();
  await expect(page.locator('.source .field-error')).toHaveCount(0);
  await drop([{ name: 'pack.zip', type: 'application/zip', base64: text.base64 }]);
  await expect(page.locator('.notice')).toContainText(/zip/i);
  await drop([], 'https://pictures.test/a.jpg');
  await expect(page.locator('.notice', { hasText: 'An address was dropped, not a file.' })).toBeVisible();
  expect(new URL(page.url()).hash).toContain('view=inspect');
});
