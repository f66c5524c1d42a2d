import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { axe, contextOf, expectAccessible, expectFits, onEach } from './axe.ts';
import { servePack, syntheticPack } from '../fixtures/synthetic.ts';
import { fixturePack } from './packs.ts';
import { slowDown } from './slow-worker.ts';
import { generateButton, mountPack, runStarted } from './studio-page.ts';

const shots = join(import.meta.dirname, 'artefacts', 'studio');
const screens = {
  desktop: [{ name: 'desktop', width: 1440, height: 900 }, { name: 'large', width: 2560, height: 1440 }, { name: '4k', width: 3840, height: 2160 }],
  touch: [{ name: 'tablet', width: 900, height: 1200 }, { name: 'phone', width: 390, height: 844 }, { name: 'small-phone', width: 360, height: 640 }],
};

for (const [kind, list] of Object.entries(screens)) {
  test(`${kind}: fits on every screen, and axe finds nothing, light and dark`, async ({ browser }) => {
    test.slow(); // every screen, in light and in dark
    const context = await browser.newContext({ ...contextOf(kind === 'touch', list[0]!), deviceScaleFactor: kind === 'touch' ? 2 : 1 });
    const page = await context.newPage();
    await servePack(page, await syntheticPack());
    await page.goto('/');
    await expect(page.locator('[data-figure="tokens"]')).toHaveText('256');
    await page.locator('.strip-plot').press('ArrowDown');
    await page.locator('.strip-plot').blur();
    await onEach(page, list, async ({ name }) => {
      await expectFits(page);
      const cut = await page.locator('.class-name').evaluateAll((names) => names.filter((n) => n.scrollWidth > n.clientWidth + 1).map((n) => n.textContent));
      expect(cut, 'class names cut off').toEqual([]);
      await expectAccessible(page, name, { shot: (scheme) => join(shots, `${name}-${scheme}.png`) });
    });
    await context.close();
  });
}

for (const language of ['en', 'de']) {
  test(`no window is too narrow for the bar and the title: ${language}`, async ({ browser }) => {
    const context = await browser.newContext({ viewport: { width: 1300, height: 700 }, locale: language });
    const page = await context.newPage();
    const pack = await syntheticPack();
    pack.files.set('manifest.json', Buffer.from(JSON.stringify({ ...pack.manifest, title: 'EuroSAT, plain transformer' })));
    await servePack(page, pack);
    await page.goto('/');
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    await expect(page.locator('[data-figure="tokens"]')).toHaveText('256');
    const narrow: string[] = [];
    for (let width = 1300; width >= 320; width -= 20) {
      await page.setViewportSize({ width, height: 700 });
      const [needed, cut, apart] = await page.evaluate(() => {
        const title = [...document.querySelectorAll('.run-name > span')].map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
        const shown = [...document.querySelectorAll('.bar > :not(.views)')].map((item) => item.getBoundingClientRect()).filter(({ height }) => height > 0);
        const middles = shown.map(({ top, height }) => top + height / 2);
        return [document.documentElement.scrollWidth, Math.max(...title), Math.max(...middles) - Math.min(...middles)];
      });
      if (needed! > width) narrow.push(`${width}: the page is ${needed} wide`);
      if (apart! > 8) narrow.push(`${width}: the bar has another row`);
      if (width >= 360 && cut! > 0) narrow.push(`${width}: ${cut} of the title are cut off`);
    }
    expect(narrow).toEqual([]);
    await context.close();
  });
}

test('the menus of the bar and values that cannot be used: axe finds nothing, light and dark', async ({ page }) => {
  test.slow();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await servePack(page, await syntheticPack());
  await page.goto('/');
  await expect(page.locator('[data-figure="tokens"]')).toHaveText('256');
  await page.getByRole('textbox', { name: 'Seed' }).fill('ten');
  await page.getByRole('textbox', { name: 'Guidance' }).fill('99');
  await expectAccessible(page, 'wrong values');
  for (const menu of [page.getByRole('button', { name: /^EuroSAT/ }), page.locator('.status-chip'), page.getByRole('button', { name: 'Display' })]) {
    await menu.click();
    await expect(page.locator('.popover')).toBeVisible();
    await expectAccessible(page, (await menu.textContent())!);
    await page.keyboard.press('Escape');
    await expect(page.locator('.popover')).toBeHidden();
  }
});

test('a run that is being decoded: axe finds nothing', async ({ page }) => {
  const nano = fixturePack('nano');
  await mountPack(page, nano);
  await page.goto('/#pack=nano');
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
  await slowDown(page, 400);
  await generateButton(page).click();
  await runStarted(page);
  await expect(page.locator('[data-figure="tokens"]')).not.toHaveText('0');
  expect(await axe(page)).toEqual([]);
  await runStarted(page);
  await page.keyboard.press('Escape');
});

test('targets are large enough to touch', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await servePack(page, await syntheticPack());
  await page.goto('/');
  await expect(page.locator('[data-figure="tokens"]')).toHaveText('256');
  const small = await page.locator('button:not(.switch):not(.skip), select, input').evaluateAll((all) => all
    .map((element) => ({ name: element.getAttribute('aria-label') ?? element.textContent, height: element.getBoundingClientRect().height }))
    .filter(({ height }) => height < 43.5));
  expect(small).toEqual([]);
  await context.close();
});

for (const [width, height] of [[667, 375], [844, 390]] as const) {
  test(`on a phone on its side, ${width} × ${height}, picture and map are seen whole`, async ({ browser }) => {
    const context = await browser.newContext({ viewport: { width, height }, hasTouch: true, isMobile: true, locale: 'de', reducedMotion: 'reduce' });
    const page = await context.newPage();
    await servePack(page, await syntheticPack());
    for (const view of ['generate', 'inspect', 'guide&step=4']) {
      await page.goto(`/#view=${view}`);
      const squares = page.locator('main .square');
      await expect(squares.last()).toBeVisible();
      await squares.first().evaluate((square) => square.scrollIntoView({ block: 'start', behavior: 'instant' }));
      const room = await page.evaluate(() => document.querySelector('.generate .launch-action')?.getBoundingClientRect().top ?? innerHeight);
      for (const square of await squares.all()) {
        const { x, y, width: side, height: high } = (await square.boundingBox())!;
        expect([x >= 0, x + side <= width, y >= -1, y + high <= room], `${view}: ${[x, y, side, high].map(Math.round).join(' ')}`).toEqual([true, true, true, true]);
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    }
    await context.close();
  });
}

test('nothing moves when a run starts', async ({ page }) => {
  await servePack(page, await syntheticPack());
  await page.goto('/');
  const places = () => page.locator('.square, .strip-plot, .transport, .figures > section').evaluateAll((all) => all.map((element) => {
    const { x, y, width } = element.getBoundingClientRect();
    return [x, y, width].map(Math.round).join(' ');
  }));
  await expect(page.locator('.run-title .chip')).toHaveText('Recorded');
  await expect(page.locator('.figures > section').first()).toBeVisible();
  await expect(page.locator('.strip-plot')).toBeVisible();
  await page.getByRole('button', { name: 'First token' }).click();
  const early = await places();
  await page.getByRole('button', { name: 'Last token' }).click();
  await expect(page.locator('[data-figure="tokens"]')).toHaveText('256');
  expect(await places()).toEqual(early);
});
