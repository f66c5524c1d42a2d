/** What comes out of a printer: light, whole, and without what only a pointer can use. */
import { expect, test } from '@playwright/test';
import { servePack, syntheticPack } from '../fixtures/synthetic.ts';

for (const view of ['', '#view=inspect', '#view=compare', '#view=guide&step=1']) {
  test(`a dark page is printed light and whole (${view || 'Generate'})`, async ({ page }) => {
    await page.setViewportSize({ width: 780, height: 1100 }); // A4 at 96 dpi
    await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'dark' });
    await servePack(page, await syntheticPack());
    await page.goto(`/${view}`);
    await expect(page.locator('.view .square').first()).toBeVisible({ timeout: 60_000 });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const { background, ink, cut } = await page.evaluate(() => {
      const wide = document.documentElement.clientWidth;
      const cut = [...document.querySelectorAll<HTMLElement>('main canvas, main h1, main h2, main p, main dd, main td, main button')]
        .filter((element) => element.checkVisibility() && !element.closest('.visually-hidden'))
        .filter((element) => element.getBoundingClientRect().right > wide + 1)
        .map((element) => `${element.tagName}.${element.className}: ${element.textContent?.slice(0, 30)}`);
      return { background: getComputedStyle(document.body).backgroundColor, ink: getComputedStyle(document.querySelector('main')!).color, cut };
    });
    expect(background).toBe('rgb(255, 255, 255)');
    expect(Math.max(...ink.match(/\d+/g)!.slice(0, 3).map(Number)), 'dark ink').toBeLessThan(80);
    expect(cut).toEqual([]);
    // Fills are data, and a browser that is not told leaves them out.
    for (const filled of await page.locator('main :is(.key, .legend-scale, .stacked i, .code-tile, .side-mark, .part-patch)').all()) await expect(filled).toHaveCSS('print-color-adjust', 'exact');
    await expect(page.locator('.print-head')).toContainText(/^DPAR Studio · http.+ 20\d\d$/);
    for (const part of ['.transport', '.launch', '.settings', '.bar', '.attention', '.threshold-hint', '.presets', '.first-choice', '.inspect-controls', '.step-nav', 'main .button']) await expect(page.locator(part).filter({ visible: true })).toHaveCount(0);
  });
}

test('plots drawn for a wide screen are whole on narrow paper, where nothing draws them anew', async ({ page }) => {
  await page.addInitScript(() => { window.ResizeObserver = class { observe() {} unobserve() {} disconnect() {} }; });
  await page.setViewportSize({ width: 570, height: 900 }); // one plot a row
  await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'dark' });
  await servePack(page, await syntheticPack());
  await page.goto('/#view=inspect');
  const plots = page.locator('.plot canvas');
  await expect(plots.first()).toBeVisible();
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.setViewportSize({ width: 360, height: 1100 });
  const places = await plots.evaluateAll((all) => all.map((canvas) => {
    const [of, plot] = [canvas.getBoundingClientRect(), canvas.closest('.plot')!.getBoundingClientRect()];
    return of.width > 0 && of.right <= plot.right + 1 && of.bottom <= plot.bottom + 1;
  }));
  expect(places.length).toBeGreaterThan(2);
  expect(places).not.toContain(false);
});

for (const view of ['', '#view=inspect']) {
  test(`what is drawn in colours of the page is drawn in those of paper, and in the dark ones again afterwards (${view || 'Generate'})`, async ({ page }) => {
    await servePack(page, await syntheticPack());
    await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'light' });
    await page.goto(`/${view}`);
    await expect(page.locator('.view .square').first()).toBeVisible({ timeout: 60_000 });
    const drawn = () => page.evaluate(() => [...document.querySelectorAll<HTMLCanvasElement>('.strip-plot canvas, .plot canvas')].map((canvas) => canvas.toDataURL()));
    let light: string[] = [];
    await expect.poll(async () => {
      const before = light;
      light = await drawn();
      return light.length > 0 && String(before) === String(light);
    }).toBe(true);
    await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'dark' });
    await expect.poll(async () => (await drawn()).some((one, i) => one !== light[i])).toBe(true);
    const dark = await drawn();
    const printed = await page.evaluate(async () => {
      window.dispatchEvent(new Event('beforeprint'));
      await Promise.resolve(); // plots are drawn in a microtask
      return [...document.querySelectorAll<HTMLCanvasElement>('.strip-plot canvas, .plot canvas')].map((canvas) => canvas.toDataURL());
    });
    expect(printed).toEqual(light);
    await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
    await expect.poll(drawn).toEqual(dark);
  });
}
