import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { contextOf, DEVICES, expectAccessible, expectFits, onEach } from './axe.ts';
import { servePack, syntheticPack } from '../fixtures/synthetic.ts';

const reading = (page: Page, name: string) => page.locator(`[data-guide="${name}"]`);
const step = (page: Page) => page.locator('.step-dot[aria-current="step"]');

async function open(page: Page, hash = '#view=guide'): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await servePack(page, await syntheticPack());
  await page.goto(`/${hash}`);
  await expect(page.getByRole('button', { name: 'Look closer in Inspect' })).toBeEnabled();
}

test('the tour runs on a recorded run while no weights are there, by keyboard alone', async ({ page }) => {
  await open(page);
  await expect(page.locator('.guide .run-title .chip')).toHaveText('Recorded');
  await expect(page.locator('.status-chip')).not.toHaveAttribute('data-model', 'ready');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('An image is a grid of tokens');
  const titles = new Set<string>();
  for (let i = 1; i <= 12; i++) {
    await expect(step(page)).toHaveText(String(i));
    titles.add((await page.getByRole('heading', { level: 1 }).textContent())!);
    if (i <= 7) await expect(page.getByRole('math')).not.toBeEmpty();
    await page.keyboard.press('Shift+ArrowRight');
  }
  expect(titles.size).toBe(12);
  expect(new URL(page.url()).hash).toContain('step=12');
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(step(page)).toHaveText('11');
  await page.getByRole('button', { name: 'Step 3: ' }).press('Enter');
  await expect(step(page)).toHaveText('3');
  await page.reload();
  await expect(step(page)).toHaveText('3');
});

test('steps work on the real views: the gate redraws, the cell gives its reason, the run goes along to Inspect', async ({ page }) => {
  await open(page, '#view=guide&step=3');
  const before = Number(await reading(page, 'patches').textContent());
  await page.getByRole('slider', { name: /E_th line/ }).focus();
  await page.keyboard.press('PageDown');
  await expect(reading(page, 'threshold')).toHaveText('4.70 nats');
  await expect(reading(page, 'patches')).toContainText(`decoded: ${before}`);
  expect(parseInt((await reading(page, 'patches').textContent())!, 10)).toBeGreaterThan(before);
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await expect(page.locator('.run-title')).not.toContainText('What-if');
  await expect(reading(page, 'reason')).toContainText('opens a patch');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  const [first, last] = [Number(await reading(page, 'first').textContent()), Number(await reading(page, 'last').textContent())];
  expect(last).toBeGreaterThan(first);
  await page.getByRole('button', { name: 'Look closer in Inspect' }).click();
  await expect(page.getByRole('region', { name: 'Patch rules' })).toBeVisible();
  await expect(page.locator('.run-title .chip')).toHaveText('Recorded');
});

test('Shift and an arrow are ten steps on a slider, and another step of the guide elsewhere', async ({ page }) => {
  await open(page, '#view=guide&step=3');
  const line = page.getByRole('slider', { name: /E_th line/ });
  await line.focus();
  const before = Number(await line.getAttribute('aria-valuenow'));
  for (const key of ['Shift+ArrowLeft', 'Shift+ArrowDown']) await page.keyboard.press(key);
  await expect.poll(async () => Number(await line.getAttribute('aria-valuenow'))).toBeLessThan(before);
  await expect(step(page)).toHaveText('3');
  await page.locator('.status-chip').click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Shift+ArrowRight');
  await expect(step(page), 'a panel is open').toHaveText('3');
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { level: 1 }).focus();
  await page.keyboard.press('Shift+ArrowRight');
  await expect(step(page)).toHaveText('4');
});

test('before patches are explained the strip has plain bars and no threshold; passes are named from their step on', async ({ page }) => {
  await open(page, '#view=guide&step=2');
  const [legend, line] = [page.locator('.guide .strip-legend'), page.getByRole('slider', { name: /E_th line/ })];
  await expect(legend).toContainText('one bar per token');
  await expect(legend).not.toContainText('opens');
  await expect(line).toHaveCount(0);
  await page.keyboard.press('Shift+ArrowRight');
  await expect(legend).toContainText('joins the patch');
  await expect(line).toBeVisible();
});

test('an exercise names nothing that the pack has not', async ({ page }) => {
  const pack = await syntheticPack();
  delete pack.manifest.passes;
  pack.files.set('manifest.json', Buffer.from(JSON.stringify(pack.manifest)));
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await servePack(page, pack);
  await page.goto('/#view=guide&step=8');
  await expect(page.getByText('Passes were not counted for this pack.')).toBeVisible();
  await expect(page.locator('.guide')).not.toContainText('Drag the slider');
  await page.getByRole('button', { name: 'Step 11: ' }).click();
  await expect(page.getByText('No patches were measured for this pack.')).toBeVisible();
  await expect(page.locator('.guide')).not.toContainText('Compare the cost');
});

test('the heading of the next step is in sight, also by keyboard from the end of a long one, and there is a way on at the end of one column', async ({ page }) => {
  await page.setViewportSize({ width: 819, height: 614 });
  await open(page, '#view=guide&step=4');
  const heading = page.getByRole('heading', { level: 1 });
  for (const to of ['5', '6']) {
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await expect(heading).not.toBeInViewport();
    await page.keyboard.press('Shift+ArrowRight');
    await expect(step(page)).toHaveText(to);
    await expect(heading).toBeInViewport();
  }
  await page.getByRole('button', { name: 'Next: ' }).click();
  await expect(step(page)).toHaveText('7');
  await expect(heading).toBeInViewport();
});

test('a step that there is none of is brought to the nearest', async ({ page }) => {
  await open(page, '#view=guide&step=999');
  await expect(step(page)).toHaveText('12');
});

test('a step that is not about the run shows none; one about the threshold has the strip above a small picture', async ({ page }) => {
  await open(page, '#view=guide&step=10');
  const [strip, stage] = [await page.locator('.guide .strip-area').boundingBox(), await page.locator('.guide .stage').boundingBox()];
  expect(strip!.y + strip!.height).toBeLessThanOrEqual(stage!.y);
  await page.getByRole('button', { name: 'Step 11: ' }).click();
  await expect(page.locator('.guide .stage')).toHaveCount(0);
  await expect(page.getByText('No patches were measured for this pack.')).toBeVisible();
});

test('boundaries stay on the finished picture in the guide; elsewhere they fade once the mouse has left', async ({ page }) => {
  await open(page, '#view=guide&step=3');
  const [overlay, edges] = [page.locator('.overlay.soft'), page.locator('.overlay.soft .edges')];
  await page.mouse.move(5, 5);
  await expect(overlay).toHaveClass(/at-rest/);
  await page.waitForTimeout(2000);
  await expect(edges).toHaveCSS('opacity', '1');
  await page.getByRole('link', { name: 'Generate', exact: true }).click();
  await expect(overlay).toHaveClass(/at-rest/);
  await expect(edges).toHaveCSS('opacity', '0');
});

test('after a change of pack nothing stands beside it until its own plain transformer is found', async ({ page }) => {
  await page.route(/\/models\/.*\/w\d+\//, () => undefined);
  let [held, release] = [false, () => {}];
  const released = new Promise<void>((resolve) => { release = resolve; });
  await page.route(/characters-baseline\/manifest\.json/, async (route) => {
    if (held) await released;
    await route.continue();
  });
  await page.goto('/#pack=eurosat&view=guide&step=12');
  const verdict = page.locator('[data-worth="verdict"]');
  await expect(verdict).toBeVisible();
  held = true;
  await page.evaluate(() => { location.hash = '#pack=characters&view=guide&step=12'; });
  await expect(verdict).toHaveCount(0);
  release();
  await expect(verdict).toBeVisible();
});

test('with a pack that has no patches the guide says whose runs it shows', async ({ page }) => {
  await page.route(/\/models\/.*\/w\d+\//, () => undefined);
  const words = page.locator('.guide-words > p').first();
  await page.goto('/#pack=eurosat-baseline&view=guide&step=5');
  await expect(words).toHaveText('Step 5 of 12 · Runs of EuroSAT');
  await page.evaluate(() => { location.hash = '#pack=eurosat&view=guide&step=5'; });
  await expect(words).toHaveText('Step 5 of 12');
});

test('on a phone a step can be left at its end, too', async ({ browser }) => {
  const context = await browser.newContext(contextOf(true, { name: 'phone', width: 390, height: 844 }));
  const page = await context.newPage();
  await open(page);
  await page.getByRole('button', { name: 'Next: ' }).click();
  await expect(step(page)).toHaveText('2');
  await expect(page.getByRole('heading', { level: 1 })).toBeInViewport();
  await page.getByRole('button', { name: 'Previous: ' }).click();
  await expect(step(page)).toHaveText('1');
  await context.close();
});

for (const { kind, touch, screens } of DEVICES) {
  test(`${kind}: every step fits, and axe finds nothing, light and dark`, async ({ browser }) => {
    test.slow(); // every screen, in light and in dark
    const context = await browser.newContext(contextOf(touch, screens[0]!));
    const page = await context.newPage();
    await open(page);
    await onEach(page, screens, async ({ name, width }) => {
      for (let i = 1; i <= 12; i++) {
        await page.getByRole('button', { name: `Step ${i}: ` }).click();
        await expect(step(page)).toHaveText(String(i));
        await expectFits(page);
      }
      await expectAccessible(page, name, { shot: (scheme) => join(import.meta.dirname, 'artefacts', 'guide', `${name}-${scheme}.png`) });
      const bar = await page.locator('.views a').evaluateAll((links) => links.map((link) => link.getBoundingClientRect().right));
      expect(Math.max(...bar), 'every view is in the bar').toBeLessThanOrEqual(width);
    });
    await context.close();
  });
}
