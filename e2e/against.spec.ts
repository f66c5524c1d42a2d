import { expect, test } from '@playwright/test';
import { fixturePack } from './packs.ts';
import { downloadRun, generateButton, messages, mountPack, runFinished } from './studio-page.ts';

const pico = fixturePack('pico');

test('a class to move away from: by link, in the settings, in the run, and again by its link', async ({ page }, { project }) => {
  test.skip(project.name === 'webgpu', 'about the page alone, which is the same on WASM and WebGPU: run on WASM');
  test.setTimeout(120_000);
  await mountPack(page, pico);
  await page.goto('/#pack=pico&class=Alpha&seed=3&against=gamma&g=4');
  await runFinished(page);
  const figure = page.locator('[data-figure="against"]');
  const choice = page.getByRole('combobox', { name: 'Less like', exact: true });
  await expect(figure).toHaveText('Gamma');
  await expect(choice).toHaveValue('2');
  await expect(choice.locator('option')).toHaveText(['no class', 'Beta', 'Gamma']);
  const first = await downloadRun(page);
  expect(first.header.settings).toMatchObject({ against: 2, guidance: 4 });

  await choice.selectOption('Beta');
  await generateButton(page).click();
  await expect(figure).toHaveText('Beta');
  await runFinished(page);
  const second = await downloadRun(page);
  expect(second.header.settings.against).toBe(1);
  expect(second.digest).not.toBe(first.digest);
  expect(page.url()).toContain('against=Beta');
  await page.reload();
  await runFinished(page);
  await expect(page.getByText('Matches the link')).toBeVisible();
  expect((await downloadRun(page)).digest).toBe(second.digest);

  await choice.selectOption('no class');
  await generateButton(page).click();
  await expect(page).not.toHaveURL(/against/);
  await runFinished(page);
  await expect(figure).toHaveCount(0);
  await page.goto('/#pack=pico&class=Alpha&against=Alpha');
  await expect(messages(page)).toContainText('Alpha is the class of the image itself');
});
