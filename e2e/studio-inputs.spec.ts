import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { servePack, syntheticPack } from '../fixtures/synthetic.ts';
import { fixturePack } from './packs.ts';
import { generateButton, messages, mountPack, runFinished } from './studio-page.ts';

const nano = fixturePack('nano');
const canGenerate = (page: Page) => expect(generateButton(page)).toBeEnabled();

test('a recorded run plays, labelled, while the weights never come', async ({ page }) => {
  await servePack(page, await syntheticPack());
  await page.goto('/');
  await expect(page.locator('.run-title .chip')).toHaveText('Recorded');
  await expect(page.locator('[data-figure="tokens"]')).not.toHaveText('0');
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'loading');
});

test('under reduced motion the recorded run stands on its last frame', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await servePack(page, await syntheticPack());
  await page.goto('/');
  await expect(page.getByRole('slider', { name: 'Token shown' })).toHaveAttribute('aria-valuenow', '256');
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  // Opening and joining bars keep colours of their own: red leads in one, blue in the other.
  const leads = () => page.locator('.strip-plot canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    const found = { orange: 0, blue: 0 };
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b] = [data[i]!, data[i + 1]!, data[i + 2]!];
      if (r > g + 40 && g > b + 20) found.orange++;
      if (b > r + 40 && b > g + 20) found.blue++;
    }
    return Math.min(found.orange, found.blue);
  });
  await expect.poll(leads).toBeGreaterThan(100);
});

const addresses: [string, string, RegExp][] = [
  ['an unknown class', '#class=Moon&seed=1', /no class "Moon"/],
  ['a seed that is no whole number', '#class=River&seed=1.5', /seed must be a whole number/],
  ['a threshold that is no number', '#class=River&eth=abc', /Eth must be a number in nats, got "abc"/],
  ['patches longer than the window', '#class=River&rr=0&pmax=40', /at most 16/],
];
for (const [what, hash, words] of addresses) {
  test(`an address with ${what} is explained and the page works`, async ({ page }) => {
    await servePack(page, await syntheticPack());
    await page.goto('/' + hash);
    await expect(messages(page).first()).toContainText(words);
    await expect(page.locator('.run-title')).toContainText('Recorded');
    await canGenerate(page);
    await page.getByRole('button', { name: 'Close message' }).first().click();
    await expect(messages(page)).toHaveCount(0);
  });
}

test('wrong values typed into the fields are refused in place', async ({ page }) => {
  await servePack(page, await syntheticPack());
  await page.goto('/');
  await page.getByRole('textbox', { name: 'Seed' }).fill('ten');
  await expect(page.locator('#seed-error')).toContainText('whole number from 0 to 4294967295');
  await expect(generateButton(page)).toBeDisabled();
  await page.getByRole('button', { name: 'New seed' }).click();
  await canGenerate(page);
  const threshold = page.getByRole('textbox', { name: /Threshold/ });
  await threshold.fill('high');
  await expect(page.locator('.setting .field-error')).toContainText('Eth must be a number in nats');
  await expect(page.getByText('Fix the highlighted value first.')).toBeVisible();
  await page.getByRole('button', { name: 'Reset to 5.20' }).click();
  await expect(threshold).toHaveValue('5.20');
  await canGenerate(page);
  await threshold.fill('4.4');
  await threshold.blur();
  await canGenerate(page);
  await page.getByRole('button', { name: 'Reset Entropy threshold' }).click();
  await expect(threshold).toHaveValue('5.20');
});

test('an emptied static length is refused at its field, and the last one stays', async ({ page }) => {
  await servePack(page, await syntheticPack());
  await page.goto('/');
  await page.getByRole('radio', { name: 'Static', exact: true }).click();
  const length = page.getByRole('textbox', { name: 'Static patch length' });
  const before = await length.inputValue();
  await length.fill('');
  await expect(page.locator('.setting .field-error')).toContainText('must be a number of tokens, got');
  await expect(page.getByText('Fix the highlighted value first.')).toBeVisible();
  await page.getByRole('button', { name: `Reset to ${before}` }).press('Enter');
  await expect(length).toHaveValue(before);
  await expect(length, 'the button is gone').toBeFocused();
  await expect(page.locator('.settings')).not.toContainText('none');
  await canGenerate(page);
});

test('keys move the E_th of a pack with a curve, by ten steps further than by one', async ({ page }) => {
  await page.route(/\/models\/.*\/w\d+\//, () => undefined);
  await page.goto('/#pack=eurosat');
  const settings = page.getByRole('region', { name: 'Settings of the next run' });
  const value = async () => Number(await settings.getByRole('textbox', { name: /Threshold/ }).inputValue());
  const slider = settings.getByRole('slider', { name: 'Entropy threshold' });
  await expect(slider).toBeVisible();
  for (const [key, way] of [['ArrowRight', 1], ['ArrowLeft', -1]] as const) {
    const at = [await value()];
    for (const press of [key, key, key, `Shift+${key}`]) {
      await slider.press(press);
      at.push(await value());
    }
    const moved = at.slice(1).map((next, i) => way * (next - at[i]!));
    expect(Math.min(...moved), at.join()).toBeGreaterThan(0.005);
    expect(moved[3], at.join()).toBeGreaterThan(3 * moved[2]!);
  }
});

test('a press into a field closes an open panel, and the field keeps the focus', async ({ page }) => {
  await servePack(page, await syntheticPack());
  await page.goto('/');
  const [display, seed] = [page.getByRole('button', { name: 'Display' }), page.getByRole('textbox', { name: 'Seed' })];
  await display.click();
  await expect(page.getByRole('radio', { name: 'Light' })).toBeVisible();
  await seed.click();
  await expect(page.getByRole('radio', { name: 'Light' })).toBeHidden();
  await page.waitForTimeout(200);
  await expect(seed).toBeFocused();
  await display.click();
  await expect(page.getByRole('radio', { name: 'Light' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(display).toBeFocused();
});

test('on a touch screen a tap pins a cell and moves the cursor; scrolling and swiping do neither', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await servePack(page, await syntheticPack());
  await page.goto('/');
  const cursor = page.getByRole('slider', { name: 'Token shown' });
  await expect(cursor).toHaveAttribute('aria-valuenow', '256');
  const pinned = page.locator('.cell-panel.pinned');
  const finger = await context.newCDPSession(page);
  const top = () => page.evaluate(() => Math.round(scrollY));
  /** A finger from the middle of it, as the browser tells a scroll, a swipe and a drag apart. Returns how far the page was scrolled. */
  const drag = async (on: string, [right, down]: [right: number, down: number]) => {
    await page.locator(on).first().evaluate((element) => element.scrollIntoView({ block: 'center', behavior: 'instant' }));
    const from = await top();
    const { x, y, width, height } = (await page.locator(on).first().boundingBox())!;
    const at = (part: number) => [{ x: x + width / 2 + right * part, y: y + height / 2 + down * part }];
    await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
    for (let i = 1; i <= 10; i++) await finger.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(i / 10) });
    await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    // The page moves on for some frames.
    let last = NaN;
    await expect.poll(async () => {
      const [before, now] = [last, await top()];
      last = now;
      return now === before;
    }, { intervals: [100] }).toBe(true);
    return last - from;
  };
  expect(await drag('.overlay', [0, -120])).toBeGreaterThan(50);
  await drag('.overlay', [-150, 0]);
  await expect(pinned).toHaveCount(0);
  expect(Math.abs(await drag('.strip-plot', [0, 120]))).toBeGreaterThan(50);
  await expect(cursor).toHaveAttribute('aria-valuenow', '256');
  await drag('.strip-plot', [-100, 0]);
  const token = async () => Number(await cursor.getAttribute('aria-valuenow')); // told once a frame
  await expect.poll(token).toBeLessThan(128);
  const dragged = await token();
  await page.locator('.strip-plot').tap();
  await expect.poll(token).toBeGreaterThan(dragged);
  // A finger on a slider scrolls the page, or moves the knob, never both.
  const knob = page.getByRole('slider', { name: 'Guidance' });
  const guidance = await knob.getAttribute('aria-valuenow');
  const slider = '.setting:has([aria-label^="Guidance"]) .slider';
  expect(Math.abs(await drag(slider, [0, -120]))).toBeGreaterThan(50);
  await expect(knob).toHaveAttribute('aria-valuenow', guidance!);
  expect(await drag(slider, [80, 0])).toBe(0);
  await expect(knob).not.toHaveAttribute('aria-valuenow', guidance!);
  // What opens under the strip while its line is dragged leaves the strip under the finger.
  expect(await drag('.threshold', [0, 15])).toBe(0);
  await expect(page.locator('.whatif-bar')).toBeVisible();
  await expect(page.getByRole('slider', { name: 'E_th line' })).not.toHaveAttribute('aria-valuenow', '0');
  await page.evaluate(() => scrollTo(0, 0));
  await page.locator('.overlay').first().tap({ position: { x: 40, y: 40 } });
  await expect(pinned).toBeVisible();
  await context.close();
});

test('a pack that is not there is named, and another can be chosen', async ({ page }) => {
  await page.goto('/#pack=mars');
  await expect(messages(page)).toContainText('There is no pack "mars"');
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  await page.getByRole('button', { name: 'Choose a pack' }).click();
  await page.getByRole('group', { name: 'Pack' }).getByRole('radio').first().click();
  await expect(messages(page).filter({ hasText: 'mars' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: /^Characters/ })).toBeVisible();
});

test('a manifest of another version is named', async ({ page }) => {
  const pack = await syntheticPack();
  pack.files.set('manifest.json', Buffer.from(JSON.stringify({ ...pack.manifest, formatVersion: 2 })));
  await servePack(page, pack);
  await page.goto('/');
  await expect(messages(page)).toContainText('formatVersion 2; this studio reads version 1');
});

test('an altered recorded run is refused and the page goes on', async ({ page }) => {
  const pack = await syntheticPack();
  const path = pack.manifest.recordings[0]!.run.path;
  pack.files.set(path, Buffer.from(pack.files.get(path)!.toString().replace('"token":1', '"token":2')));
  await servePack(page, pack);
  await page.goto('/');
  await expect(messages(page)).toContainText(path);
  await canGenerate(page);
});

test.describe('weights', () => {
  const shard = /fp32\/entropy\.bin/;
  const damages: [string, Parameters<Page['route']>[1], RegExp][] = [
    ['missing', (route) => route.fulfill({ status: 404 }), /entropy\.bin.* is missing/],
    ['altered', (route) => route.fulfill({ body: 'x'.repeat(1000), contentType: 'application/octet-stream' }), /truncated or altered/],
    ['a web page', (route) => route.fulfill({ body: '<!doctype html>Sign in', contentType: 'text/html' }), /web page arrived in place of .*entropy\.bin/],
  ];
  for (const [what, damage, words] of damages) {
    test(`that are ${what}: named, and a retry goes on to the image`, async ({ page }) => {
      await mountPack(page, nano);
      await page.route(shard, damage);
      await page.goto(`/#pack=${nano.name}`);
      await expect(messages(page)).toContainText(words);
      await page.unroute(shard, damage);
      await generateButton(page).click();
      await runFinished(page);
      await expect(messages(page)).toHaveCount(0);
    });
  }
});

test('a browser without WebAssembly SIMD gets a message', async ({ page }) => {
  await mountPack(page, nano);
  await page.route(/inference\.worker.*\.js/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `WebAssembly.validate = () => false;\n${await response.text()}` });
  });
  await page.goto(`/#pack=${nano.name}`);
  await expect(messages(page)).toContainText('WebAssembly with SIMD is missing');
  await expect(messages(page)).toContainText('Use a current Chrome');
});

test('the synthetic pack stays out of the site', () => {
  const source = readFileSync(join(import.meta.dirname, '..', 'src', 'main.tsx'), 'utf8');
  expect(source).not.toContain('synthetic');
});
