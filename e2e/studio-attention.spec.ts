import { expect, test } from '@playwright/test';
import { axe } from './axe.ts';
import { fixturePack } from './packs.ts';
import { mountPack, runFinished } from './studio-page.ts';

for (const name of ['nano', 'nano-gpt']) {
  const pack = fixturePack(name);

  test(`attention of a cell: asked for once a run has ended, over picture and map, by block and by guidance row (${name})`, async ({ page }) => {
    test.setTimeout(180_000);
    const asked: string[] = [];
    page.on('request', (request) => { if (request.url().includes('_attention')) asked.push(request.url()); });
    await mountPack(page, pack);
    await page.goto(`/#pack=${name}&seed=3`);
    await runFinished(page);
    expect(asked, 'graphs come when they are asked for').toEqual([]);

    const panel = page.getByRole('region', { name: 'Attention' });
    const first = panel.locator('[data-figure="attention-first"]');
    await panel.getByRole('switch', { name: 'Show what this cell attends to' }).click();
    await expect(first).toHaveText(/^\d+\.\d\s%$/, { timeout: 90_000 });
    await expect(page.locator('.attention-layer')).toHaveCount(2);
    expect(asked.length).toBeGreaterThan(0);

    // The first token attends to what comes before all tokens alone; the next one to it in part, by block.
    const slider = page.getByRole('slider', { name: 'Token shown' });
    await slider.press('Home');
    await expect(first).toHaveText(/^100\.0\s%$/);
    for (let i = 0; i < 8; i++) await slider.press('ArrowRight');
    await expect(first).not.toHaveText(/^100\.0\s%$/);
    const found = new Set([await first.textContent()]);
    const block = panel.getByRole('combobox', { name: 'Block' });
    // A busy machine may take more than two frames to draw what was chosen.
    await expect.poll(async () => {
      for (const value of ['0', '1']) {
        await block.selectOption(value);
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
        found.add(await first.textContent());
      }
      return found.size;
    }).toBeGreaterThan(1);
    await page.getByRole('radio', { name: 'Image', exact: true }).click();
    await page.getByRole('radio', { name: 'Both', exact: true }).click();
    await expect(page.locator('.attention-layer'), 'the stage may be made anew').toHaveCount(2);
    expect(await axe(page, { part: '.attention' })).toEqual([]);
    await panel.getByRole('switch').click();
    await expect(page.locator('.attention-layer')).toHaveCount(0);
  });
}
