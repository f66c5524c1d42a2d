import { expect, test, type Page } from '@playwright/test';
import { servePack, syntheticPack } from '../fixtures/synthetic.ts';

async function open(page: Page, hash = ''): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await servePack(page, await syntheticPack());
  await page.goto(`/${hash}`);
  await expect(page.locator('.strip-plot').first()).toHaveAttribute('aria-valuenow', '256', { timeout: 60_000 });
}

test.describe('a German browser', () => {
  test.use({ locale: 'de-AT' });

  test('is spoken to in German; the other language is a choice away and kept', async ({ page }) => {
    await open(page);
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    await expect(page).toHaveTitle('DPAR Studio: zusehen, wie ein Bild entsteht, Token für Token');
    await expect(page.getByRole('button', { name: 'Erzeugen', exact: true })).toBeVisible();
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Fluss, Seed 7');
    await expect(page.locator('[data-figure="p-avg"]')).toHaveText(/^\d,\d\d Tokens$/);
    await expect(page.getByRole('radio', { name: 'Wald' })).toBeVisible();
    await page.getByRole('button', { name: 'Darstellung' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: 'English' }).click();
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await expect(page).toHaveTitle('DPAR Studio: watch an image being generated, token by token');
    await expect(page.getByRole('button', { name: 'Generate', exact: true })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Display' })).toBeFocused();
    await page.reload();
    await expect(page.getByRole('button', { name: 'Generate', exact: true })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  });

  test('texts that cannot be fetched are named, and the choice is not kept; the last of two choices counts', async ({ page }) => {
    let answer: 'none' | 'late' = 'none';
    let [release, released] = [() => {}, Promise.resolve()];
    await page.route(/assets\/german-[^/]*\.js/, async (route) => {
      if (answer === 'none') return route.abort();
      await released;
      return route.continue();
    });
    await open(page);
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    const missing = page.locator('.notice[data-code="part-missing"]');
    await expect(missing).toBeVisible();
    await missing.getByRole('button', { name: 'Close message' }).click();
    await page.getByRole('button', { name: 'Display' }).click();
    const [german, english] = [page.getByRole('radio', { name: 'Deutsch' }), page.getByRole('radio', { name: 'English' })];
    await german.click();
    await expect(missing).toBeVisible();
    await expect(english).toBeChecked();
    expect(await page.evaluate(() => localStorage.getItem('dpar-language'))).toBeNull();
    answer = 'late';
    released = new Promise((resolve) => { release = resolve; });
    await german.click();
    await expect(german).toBeChecked();
    await english.click();
    await expect(page.getByRole('button', { name: 'Display' })).toBeFocused();
    release();
    await page.waitForTimeout(500);
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    expect(await page.evaluate(() => localStorage.getItem('dpar-language'))).toBe('en');
  });

  test('all views are named in whole in the bar of a phone', async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 700 });
    await open(page);
    const names = page.getByRole('navigation', { name: 'Ansichten' });
    for (const view of ['Untersuchen', 'Vergleichen', 'Rundgang', 'Erzeugen']) {
      await names.getByRole('link', { name: view }).click();
      await expect(names.getByRole('link', { name: view })).toHaveAttribute('aria-current', 'page');
      expect(await names.evaluate((bar) => bar.scrollWidth - bar.clientWidth), view).toBeLessThanOrEqual(0);
    }
  });

  test('a number is typed with the comma of the language', async ({ page }) => {
    await open(page);
    const field = page.getByRole('textbox', { name: 'Schwelle' });
    await field.fill('4,5');
    await field.press('Enter');
    await expect(field).toHaveValue('4,50');
    await expect(page.locator('.field-error')).toHaveCount(0);
    await field.fill('viel');
    await expect(page.locator('.setting .field-error')).toContainText('muss eine Zahl');
  });

  test('no text of any view is left in English', async ({ page }) => {
    await open(page);
    const english = / (the|and|with|of the|is|are|from|which|you|it) /i;
    for (const view of ['', '#view=inspect', '#view=compare', '#view=guide&step=4']) {
      await page.goto(`/${view}`);
      await expect(page.locator('.strip-plot').first()).toHaveAttribute('aria-valuenow', /^[1-9]/, { timeout: 60_000 });
      const texts = await page.evaluate(() => {
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const found: string[] = [];
        for (let node = walker.nextNode(); node; node = walker.nextNode()) if (!node.parentElement?.closest('script, noscript, .notices')) found.push(node.textContent ?? '');
        for (const element of document.querySelectorAll('[aria-label], [title], [aria-valuetext]')) for (const name of ['aria-label', 'title', 'aria-valuetext']) found.push(element.getAttribute(name) ?? '');
        return found;
      });
      expect(texts.filter((text) => english.test(` ${text} `)), view || 'Generate').toEqual([]);
    }
  });
});

test('the address of an embedded view names the language', async ({ page }) => {
  await servePack(page, await syntheticPack());
  await page.goto('/?embed&lang=de');
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.getByRole('link', { name: 'In DPAR Studio öffnen' })).toBeVisible();
  await expect(page).toHaveTitle(/zusehen, wie ein Bild entsteht/);
});

for (const view of ['generate', 'inspect', 'compare', 'guide']) {
  test(`${view} fits 320 pixels from right to left, in German, pictures and time lines as they are`, async ({ browser }) => {
    const context = await browser.newContext({ viewport: { width: 320, height: 700 }, locale: 'de', hasTouch: true, isMobile: true, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await open(page, `#view=${view}`);
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await overflow(), 'left to right').toBeLessThanOrEqual(0);
    await page.evaluate(() => { document.documentElement.dir = 'rtl'; });
    expect(await overflow(), 'right to left').toBeLessThanOrEqual(0);
    expect(await page.evaluate(() => innerWidth)).toBe(320);
    const links = page.getByRole('navigation').first().getByRole('link');
    const [first, last] = [await links.first().boundingBox(), await links.last().boundingBox()];
    expect(first!.x, 'the bar begins on the right').toBeGreaterThan(last!.x);
    await expect(page.locator('.strip-area').first()).toHaveCSS('direction', 'ltr');
    await context.close();
  });
}
