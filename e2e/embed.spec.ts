/** The embedded view in frames of every size. */
import { expect, test } from '@playwright/test';
import { servePack, syntheticPack } from '../fixtures/synthetic.ts';

const SIZES = [[240, 240], [320, 240], [320, 480], [480, 360], [560, 700], [640, 360], [700, 520], [720, 480], [800, 450], [1200, 800]] as const;
const SHOWN = { both: ['.picture-view .square', '.entropy-view .square'], image: ['.picture-view .square'], entropy: ['.entropy-view .square'] };

for (const [stage, squares] of Object.entries(SHOWN)) {
  test(`stage=${stage}: what it asks for is whole and alone, and the button is in sight, from 240 x 240 up`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await servePack(page, await syntheticPack());
    await page.goto(`/?embed&stage=${stage}#seed=3`);
    await expect(page.locator('.strip-plot')).toHaveAttribute('aria-valuenow', '256', { timeout: 60_000 });
    await expect(page.getByRole('radio', { checked: true })).toHaveText({ both: 'Both', image: 'Image', entropy: 'Entropy' }[stage]!);
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      await expect(page.locator('.stage .square').filter({ visible: true })).toHaveCount(squares.length);
      const button = (await page.locator('.embed-foot').boundingBox())!;
      for (const square of squares) {
        const { x, y, width: side } = (await page.locator(square).boundingBox())!;
        const where = `${square} at ${width} x ${height}: ${x}, ${y}, ${side}; the foot at ${button.y}`;
        expect(x >= 0 && y >= 0 && x + side <= width && y + side <= button.y, where).toBe(true);
        expect(side, where).toBeGreaterThanOrEqual(80);
      }
      expect(button.y + button.height).toBeLessThanOrEqual(height);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    }
  });
}

for (const language of ['en', 'de']) {
  test(`in a frame of the size that Share gives it every caption is whole: ${language}`, async ({ page }) => {
    await page.setViewportSize({ width: 720, height: 640 });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await servePack(page, await syntheticPack());
    await page.goto(`/?embed&lang=${language}#seed=3`);
    await expect(page.locator('.strip-plot')).toHaveAttribute('aria-valuenow', '256', { timeout: 60_000 });
    const cut = await page.locator('.view figcaption > span, .run-name > span').evaluateAll((all) => all.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).map(({ textContent }) => textContent));
    expect(cut).toEqual([]);
  });
}

test('a class that the pack lacks is named, and nothing is said of a choice that the frame has not', async ({ page }) => {
  await servePack(page, await syntheticPack());
  await page.goto('/?embed#class=Moon&seed=1');
  const message = page.locator('.notice');
  await expect(message).toContainText('no class "Moon"');
  await expect(message).toContainText('Open it in DPAR Studio to pick a class.');
  await expect(message).not.toContainText('on this page');
});
