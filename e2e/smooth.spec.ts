import { expect, test } from '@playwright/test';
import { fixturePack } from './packs.ts';
import { slowDown } from './slow-worker.ts';
import { restartSmoothness, smoothnessOf, watchSmoothness } from './smoothness.ts';
import { generateButton, generateWithRules, mountPack, runFinished, runStarted } from './studio-page.ts';

const nano = fixturePack('nano');

/** Cumulative Layout Shift: text aligned to the right moves sideways at every token that changes it, more often the more frames there are. Above 0.1 is called poor. */
const SHIFT = 0.1;

for (const view of ['generate', 'inspect']) {
  test(`${view}: nothing jumps while it decodes`, async ({ page }, { project }) => {
    test.skip(project.name !== 'wasm', 'the page does not depend on the backend: run on WASM');
    await mountPack(page, nano);
    await watchSmoothness(page);
    await page.goto(`/#pack=${nano.name}`);
    await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
    // The layout of a run is there before the first one: a first run fills it, the second is measured.
    await generateButton(page).click();
    await runFinished(page);
    if (view === 'inspect') {
      await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Inspect' }).click();
      await page.getByRole('slider', { name: /E_th line/ }).press('PageDown');
    }
    await slowDown(page, 30);
    await page.waitForTimeout(500);
    await restartSmoothness(page);
    if (view === 'inspect') await generateWithRules(page).click();
    else await generateButton(page).click();
    await runStarted(page);
    await runFinished(page);
    const { tasks, shift, jumps } = await smoothnessOf(page);
    // How long tasks take depends on the machine: reported, not judged.
    test.info().annotations.push({ type: 'measured', description: `${tasks.length} tasks over 50 ms, the longest ${Math.round(Math.max(0, ...tasks))} ms; layout shift ${shift.toFixed(5)}` });
    expect(jumps, 'nothing moves up or down').toEqual([]);
    expect(shift).toBeLessThan(SHIFT);
  });
}
