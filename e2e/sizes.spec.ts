/** The letters and colours that a person has set in the browser. */
import { expect, test, type Page } from '@playwright/test';
import { stripGeometry } from '../src/views/strip/geometry.ts';
import { servePack, syntheticPack } from '../fixtures/synthetic.ts';

async function setLetters(page: Page, size: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setFontSizes', { fontSizes: { standard: size, fixed: size } });
}

async function open(page: Page, hash = ''): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await servePack(page, await syntheticPack());
  await page.goto(`/${hash}`);
  await expect(page.locator('.strip-plot').first()).toHaveAttribute('aria-valuenow', '256', { timeout: 60_000 });
}

/** Controls that cannot be reached: cut by the page's sides, though nothing there scrolls, or under another control. */
const outOfReach = (page: Page) => page.evaluate(() => {
  const wide = document.documentElement.clientWidth;
  const found: string[] = [];
  if (document.documentElement.scrollWidth > wide) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
  const name = (element: Element) => `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent?.slice(0, 30)}`;
  for (const element of document.querySelectorAll<HTMLElement>('button, a, input, select, [role="slider"]')) {
    if (!element.checkVisibility() || element.closest('.visually-hidden, [aria-hidden="true"]') || element.matches('.visually-hidden')) continue;
    let scrolls = false;
    for (let at = element.parentElement; at; at = at.parentElement) if (/auto|scroll/.test(getComputedStyle(at).overflowX) && at.scrollWidth > at.clientWidth) scrolls = true;
    if (scrolls) continue;
    const { left, right, width } = element.getBoundingClientRect();
    if (width > 0 && (left < -1 || right > wide + 1)) found.push(`${name(element)} from ${Math.round(left)} to ${Math.round(right)} of ${wide}`);
  }
  const boxes = [...document.querySelectorAll<HTMLElement>('.run-title, .stage-options, .launch, .settings, .figures, .view')].filter((box) => box.checkVisibility());
  for (const [i, a] of boxes.entries()) {
    for (const b of boxes.slice(i + 1)) {
      if (a.contains(b) || b.contains(a)) continue;
      const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
      const [x, y] = [Math.min(p.right, q.right) - Math.max(p.left, q.left), Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top)];
      if (x > 2 && y > 2) found.push(`.${a.className} under .${b.className} by ${Math.round(x)} x ${Math.round(y)}`);
    }
  }
  return found;
});

for (const size of [16, 20, 24, 32]) {
  test(`letters of ${size} px: everything is within reach at 360 to 1440 px`, async ({ page }) => {
    test.setTimeout(400_000);
    await setLetters(page, size);
    const wrong: string[] = [];
    await open(page);
    for (const view of ['generate', 'inspect', 'compare', 'guide']) {
      await page.evaluate((name) => { location.hash = `#view=${name}`; }, view);
      await expect(page.locator('.strip-plot').first()).toHaveAttribute('aria-valuenow', /^[1-9]/, { timeout: 60_000 });
      for (const width of [360, 720, 1024, 1360, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        await page.waitForTimeout(150);
        wrong.push(...(await outOfReach(page)).map((text) => `${view} at ${width}: ${text}`));
      }
    }
    expect(wrong).toEqual([]);
  });
}

for (const size of [16, 24, 32]) {
  test(`letters of ${size} px on a phone: the threshold is one line, its hint below it and beside the bars`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await setLetters(page, size);
    await open(page);
    const [tag, hint, plot] = await Promise.all(['.threshold-tag', '.threshold-hint', '.strip-plot'].map(async (part) => (await page.locator(part).boundingBox())!));
    expect(tag!.height).toBeLessThan(1.5 * size);
    expect(hint!.y).toBeGreaterThanOrEqual(tag!.y + tag!.height);
    expect(hint!.x + hint!.width).toBeLessThanOrEqual(plot!.x + stripGeometry(plot!.width, plot!.height, 256, 1, size / 16).left);
  });
}

test('letters of 24 px: plots and their axes have room for them', async ({ page }) => {
  const axes = async (size: number) => {
    await setLetters(page, size);
    await open(page, `?letters=${size}#view=inspect`);
    await page.locator('.plot .u-over').nth(3).waitFor();
    return page.locator('.plot').evaluateAll((plots) => plots.map((plot) => {
      const [whole, inside] = [plot.querySelector('.u-wrap')!, plot.querySelector('.u-over')!].map((part) => part.getBoundingClientRect());
      return { height: whole!.height, below: whole!.bottom - inside!.bottom };
    }));
  };
  const [usual, large] = [await axes(16), await axes(24)];
  expect(usual.length).toBeGreaterThan(3);
  expect(large.map(({ height }) => Math.round(height / 1.5))).toEqual(usual.map(({ height }) => height));
  for (const [i, { below }] of large.entries()) expect(Math.abs(below / 1.5 - usual[i]!.below)).toBeLessThan(2);
});

test('names of classes without a space stay in their cards, at every width', async ({ page }) => {
  const pack = await syntheticPack();
  const classes = pack.manifest.classes.map(({ id }, i) => ({ id, label: `${'Donaudampfschifffahrtsgesellschaft'.repeat(3)}${i}` }));
  pack.files.set('manifest.json', Buffer.from(JSON.stringify({ ...pack.manifest, classes })));
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await servePack(page, pack);
  await page.goto('/');
  await expect(page.getByRole('radiogroup', { name: 'Class' }).getByRole('radio')).toHaveCount(classes.length);
  for (const width of [360, 720, 1024, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await page.waitForTimeout(150);
    expect((await outOfReach(page)).map((text) => `at ${width}: ${text}`)).toEqual([]);
    expect(await page.locator('.class-card').evaluateAll((cards) => cards.filter((card) => card.scrollWidth > card.clientWidth + 1).length)).toBe(0);
  }
});

test('under forced colours chosen, on, filled and data can be seen', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
  await open(page);
  const look = (selector: string) => page.locator(selector).first().evaluate((element) => {
    const style = getComputedStyle(element);
    return [style.backgroundColor, style.color, style.outlineStyle, style.outlineColor, style.borderTopColor, style.forcedColorAdjust].join(' ');
  });
  const pairs = [
    ['.class-card[data-state="checked"]', '.class-card[data-state="unchecked"]'],
    ['.segmented button[data-state="on"]', '.segmented button[data-state="off"]'],
    ['.views a[aria-current="page"]', '.views a:not([aria-current])'],
    ['.slider-range', '.slider-track'],
  ] as const;
  for (const [on, off] of pairs) expect(await look(on), on).not.toBe(await look(off));
  const before = await look('.switch');
  const knob = await look('.switch span');
  await page.locator('.switch').first().click();
  expect(await look('.switch')).not.toBe(before);
  expect(knob).not.toBe(await look('.switch span'));
  // The keys of the legend are of the colours that are drawn, one unlike the other.
  const keys = await page.locator('.strip-legend .key').evaluateAll((list) => list.map((key) => getComputedStyle(key).backgroundColor));
  expect(new Set(keys).size).toBe(keys.length);
  expect(await page.locator('.legend-scale').evaluate((scale) => getComputedStyle(scale).backgroundImage)).toContain('gradient');
  // Words in the system's colour for words on the accent: no ground of the system's is put behind them.
  for (const filled of ['.button.primary', '.part-patch[data-ran]']) await expect(page.locator(filled)).toHaveCSS('forced-color-adjust', 'none');
  // The focus is seen on what is chosen, too.
  const chosen = page.locator('.class-card[data-state="checked"]');
  const at = await look('.class-card[data-state="checked"]');
  await page.keyboard.press('Tab');
  await chosen.focus();
  expect(await look('.class-card[data-state="checked"]')).not.toBe(at);
});

test('who asks for more contrast gets darker greys', async ({ page }) => {
  await open(page);
  const ratio = () => page.locator('.setting-name').first().evaluate((element) => {
    const bright = (colour: string) => colour.match(/\d+/g)!.slice(0, 3).map((c) => Number(c) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i]!, 0.05);
    const [ink, paper] = [bright(getComputedStyle(element).color), bright(getComputedStyle(document.body).backgroundColor)];
    return Math.max(ink, paper) / Math.min(ink, paper);
  });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ contrast: 'more', colorScheme });
    await expect.poll(ratio).toBeGreaterThan(10);
  }
});
