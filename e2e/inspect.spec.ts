import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { PNG } from 'pngjs';
import { contextOf, DEVICES, expectAccessible, expectFits, onEach } from './axe.ts';
import { servePack, syntheticPack } from '../fixtures/synthetic.ts';
import { fixturePack } from './packs.ts';
import { downloadRun, generateWithRules, messages, mountPack, runFinished } from './studio-page.ts';

const nano = fixturePack('nano');
const figure = (page: Page, name: string) => page.locator(`[data-figure="${name}"]`);
const line = (page: Page) => page.getByRole('slider', { name: /E_th line/ });
const cell = (page: Page, index: number) => page.getByRole('gridcell').nth(index);

/** A photograph-like PNG with a bright square left of its middle. */
function picture(width: number, height: number): Buffer {
  const png = new PNG({ width, height });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      const bright = Math.abs(x - width / 4) < 20 && Math.abs(y - height / 2) < 20;
      png.data.set(bright ? [250, 240, 200, 255] : [(x * 2) % 200, (y * 3) % 200, 90, 255], at);
    }
  }
  return PNG.sync.write(png);
}

async function openNano(page: Page, rest = ''): Promise<void> {
  await mountPack(page, nano);
  await page.goto(`/#pack=${nano.name}${rest}&view=inspect`);
}

test('views have addresses, and the bar says which one is open', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await servePack(page, await syntheticPack());
  await page.goto('/');
  const nav = page.getByRole('navigation', { name: 'Views' });
  await expect(nav.getByRole('link', { name: 'Generate' })).toHaveAttribute('aria-current', 'page');
  await nav.getByRole('link', { name: 'Inspect' }).press('Enter');
  await expect(page.getByRole('region', { name: 'Patch rules' })).toBeVisible();
  expect(new URL(page.url()).hash).toContain('view=inspect');
  await page.reload();
  await expect(nav.getByRole('link', { name: 'Inspect' })).toHaveAttribute('aria-current', 'page');
  await page.goto('/#view=nonsense');
  await expect(nav.getByRole('link', { name: 'Generate' })).toHaveAttribute('aria-current', 'page');
});

test('other rules redraw a finished run without the model, marked, compared, and one click from what was decoded', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await servePack(page, await syntheticPack());
  await page.goto('/');
  await expect(figure(page, 'tokens')).toHaveText('256');
  const decoded = await figure(page, 'patches').textContent();
  const handle = line(page);
  await handle.focus();
  await page.keyboard.press('PageDown');
  await expect(handle).toHaveAttribute('aria-valuetext', '4.70 nats, what-if');
  await expect(page.locator('.run-title')).toContainText('What-if');
  await expect(figure(page, 'patches'), 'figures follow within a frame or two').not.toHaveText(decoded!);
  const redrawn = Number(await figure(page, 'patches').textContent());
  expect(redrawn).toBeGreaterThan(Number(decoded));
  await expect(figure(page, 'decoded')).toContainText(decoded!);
  const [, more, fewer] = /(\d+) boundar(?:y|ies) added, (\d+) removed/.exec((await page.getByRole('group', { name: 'What-if' }).textContent())!)!;
  expect(Number(more) - Number(fewer)).toBe(redrawn - Number(decoded));
  await page.getByRole('switch', { name: 'Compare' }).click();
  await expect(page.locator('.edge-added path').first()).toHaveAttribute('d', /^M/);

  const box = (await handle.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y - 12, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => Number(await handle.getAttribute('aria-valuenow'))).toBeGreaterThan(4.7);

  await page.getByRole('link', { name: 'Inspect' }).click();
  const rules = page.getByRole('region', { name: 'Patch rules' });
  const limits = ['Longest patch', 'Row reset'];
  for (const name of limits) await rules.getByRole('switch', { name }).click();
  const bar = page.getByRole('group', { name: 'What-if' });
  await expect(bar.getByRole('status')).toContainText('patches of at most 16');
  await expect(generateWithRules(page)).toBeDisabled();
  for (const name of limits) await rules.getByRole('switch', { name }).click();
  await expect(bar.getByRole('status')).toHaveCount(0);
  const mark = page.locator('.legend-scale i');
  await expect(mark).toHaveCount(1);
  await rules.getByRole('switch', { name: 'Entropy gate' }).click();
  await expect(line(page)).toBeHidden();
  await expect(mark, 'without the gate there is no E_th').toHaveCount(0);
  await rules.getByRole('slider', { name: 'What-if P_max' }).press('Home');
  await expect(figure(page, 'patches')).toHaveText('256');
  await expect(figure(page, 'cost-ratio')).toHaveText(/100/);
  await page.getByRole('button', { name: 'Back to decoded' }).click();
  await expect(figure(page, 'patches')).toHaveText(decoded!);
  await expect(page.locator('.run-title')).not.toContainText('What-if');
});

test('a cell shows its token, entropy, reasons, span, probability and alternatives; a click pins it', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await servePack(page, await syntheticPack());
  await page.goto('/#view=inspect');
  await expect(figure(page, 'tokens')).toHaveText('256');
  await cell(page, 16).focus();
  const panel = page.getByRole('region', { name: 'Cell', exact: true });
  await expect(panel.getByRole('heading', { name: 'Cell, row 2, column 1' })).toBeVisible();
  await expect(panel.locator('[data-cell-figure="opens"]')).toContainText('row start');
  await expect(panel.locator('[data-cell-figure="entropy"]')).toContainText('nats');
  await expect(panel.locator('[data-cell-figure="probability"]')).toContainText('%');
  await expect(panel.getByRole('button', { name: /^Use token/ })).toHaveCount(4);
  await page.keyboard.press('Enter');
  await page.locator('.run-title').click();
  await expect(panel.getByRole('heading', { name: 'Cell, row 2, column 1' })).toBeVisible();
  await panel.getByRole('button', { name: 'Unpin' }).click();
  await expect(panel.getByRole('heading', { name: 'Cell, row 16, column 16' })).toBeVisible();
  const plot = page.getByRole('img', { name: /Mean patch length against the threshold. E_th 5.20/ });
  await expect(plot).toBeVisible();
  await expect(page.getByRole('img', { name: /Number of patches by length/ })).toBeVisible();
  await expect(page.getByRole('img', { name: /Surprise of every token/ })).toBeVisible();
  const opened = await page.locator('section', { has: page.getByRole('heading', { name: 'What opens patches' }) }).locator('tbody td:last-child').allTextContents();
  expect(opened.reduce((sum, count) => sum + Number(count), 0), 'every patch has one reason').toBe(Number(await figure(page, 'patches').textContent()));
});

test('an alternative that is put in while the run plays holds it there, and the focus stays', async ({ page }) => {
  await servePack(page, await syntheticPack());
  await page.goto('/#view=inspect');
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
  const use = page.getByRole('button', { name: /^Use token/ }).first();
  await use.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await expect(page.locator('.run-title')).toContainText('Edited');
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BUTTON');
});

test('while E_th is dragged the plots stay, and only their marks move', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await servePack(page, await syntheticPack());
  await page.goto('/#view=inspect');
  await expect(figure(page, 'tokens')).toHaveText('256');
  const [plot, point] = [page.locator('.curve .uplot'), figure(page, 'curve-point')];
  const before = await point.textContent();
  await plot.evaluate((element) => { element.dataset.seen = 'yes'; });
  const drawn = () => plot.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const first = await drawn();
  await line(page).focus();
  await page.keyboard.press('PageDown');
  await expect(point).not.toHaveText(before!);
  await expect(plot).toHaveAttribute('data-seen', 'yes');
  await expect.poll(drawn, 'the point is drawn elsewhere').not.toBe(first);
});

test('a seed that cannot be read stands in the way of a picture’s run only, and only where its field is', async ({ page }) => {
  await openNano(page);
  await page.locator('.gallery-tile').first().click();
  await expect(page.locator('.run-title .chip')).toHaveText('Your picture', { timeout: 60_000 });
  await page.getByRole('link', { name: 'Generate' }).click();
  await page.getByRole('textbox', { name: 'Seed' }).fill('seven');
  await line(page).focus();
  await page.keyboard.press('PageDown');
  await expect(generateWithRules(page)).toBeDisabled();
  await expect(page.getByRole('group', { name: 'What-if' })).toContainText('The seed must be a whole number');
  await page.getByRole('textbox', { name: 'Seed' }).fill('7');
  await expect(generateWithRules(page)).toBeEnabled();
  await generateWithRules(page).click();
  await runFinished(page);
  await page.getByRole('textbox', { name: 'Seed' }).fill('seven');
  await line(page).focus();
  await page.keyboard.press('PageUp');
  await expect(generateWithRules(page), 'the run has a seed of its own').toBeEnabled();
  await page.getByRole('link', { name: 'Compare' }).click();
  await line(page).first().focus();
  await page.keyboard.press('PageUp');
  await expect(generateWithRules(page).first()).toBeEnabled();
  await expect(page.getByRole('group', { name: 'What-if' }).first()).not.toContainText('seed');
});

test('a run is edited and continued: what is kept stays, the address makes it again, one click brings the run back', async ({ page, context }) => {
  await openNano(page, '&class=0&seed=3&window=8');
  await runFinished(page);
  await expect(figure(page, 'passes')).toContainText('for 64 tokens');
  const before = await downloadRun(page);
  await cell(page, 20).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^Use token/ }).first().click();
  await expect(page.locator('.run-title')).toContainText('Edited');
  const edit = page.getByRole('region', { name: 'Edit and continue' });
  await expect(edit.getByRole('status')).toContainText('1 token changed; the first 21 are kept');
  await expect(page.locator('[data-figure="patches"]')).toBeVisible();
  await expect(page.locator('[data-figure="passes"]'), 'edited tokens were not decoded').toHaveCount(0);
  await expect(page.locator('[data-figure="speed"]')).toContainText('–');
  const bar = page.getByRole('group', { name: 'An edit waits' });
  await expect(bar).toContainText('1 token changed');
  await expect(bar.getByRole('button', { name: /^Continue as/ })).toBeInViewport();
  await bar.getByRole('button', { name: 'Undo' }).click();
  await expect(bar).toHaveCount(0);
  await expect(page.locator('.run-title')).not.toContainText('Edited');
  await edit.getByRole('button', { name: 'Redo' }).click();
  await edit.getByRole('combobox', { name: 'As class' }).selectOption({ index: 2 });
  await edit.getByRole('button', { name: 'Continue from here' }).click();
  await expect(page.locator('.run-title')).toContainText('from token 21');
  await runFinished(page);
  const after = await downloadRun(page);
  expect(after.header).toMatchObject({ class: 2, seed: 3 });
  expect(after.events.filter((event) => event.source === 'given')).toHaveLength(21);
  expect(after.events.slice(0, 20).map((event) => event.token)).toEqual(before.events.slice(0, 20).map((event) => event.token));
  expect(after.events[20]!.token).not.toBe(before.events[20]!.token);

  const hash = new URL(page.url()).hash;
  expect(hash).toMatch(/given=1\.[A-Za-z0-9_-]+/);
  const other = await context.newPage();
  await mountPack(other, nano);
  await other.goto(`/${hash}`);
  await runFinished(other);
  expect((await downloadRun(other)).digest).toBe(after.digest);
  await other.close();

  await page.getByRole('button', { name: /Undo/ }).last().click();
  await expect(page.locator('.run-title')).not.toContainText('from token');
  expect((await downloadRun(page)).digest).toBe(before.digest);
});

test('a run continued from its own first half with its seed is the same run', async ({ page }) => {
  await openNano(page, '&class=1&seed=9');
  await runFinished(page);
  const before = await downloadRun(page);
  await cell(page, 31).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Continue from here' }).click();
  await expect(page.locator('.run-title')).toContainText('from token 32');
  await runFinished(page);
  expect((await downloadRun(page)).digest).toBe(before.digest);
});

test('a picture of no class, opened from its file, is edited and offers a class to continue as', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await servePack(page, await syntheticPack());
  await page.goto('/#view=inspect');
  await expect(figure(page, 'tokens')).toHaveText('256');
  await page.locator('.source input[type=file]').setInputFiles(join(import.meta.dirname, '../fixtures/no-class.run.json'));
  await expect(page.locator('.run-title .chip')).toHaveText('Opened');
  await cell(page, 40).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Erase from this cell onward' }).click();
  await expect(page.getByRole('group', { name: 'An edit waits' }).getByRole('button', { name: /^Continue as/ })).toBeEnabled();
});

test('painting with a code, by pointer; the palette is sorted by colour, the key I takes the code of a cell', async ({ page }) => {
  await openNano(page, '&class=0&seed=3');
  await runFinished(page);
  const first = (await downloadRun(page)).events[0]!.token;
  await page.getByRole('button', { name: 'Paint with a code…' }).click();
  const palette = page.getByRole('slider', { name: 'Code to paint with' });
  await expect.poll(() => palette.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.getContext('2d')!.getImageData(0, 0, 1, 1).data[3])).toBe(255);
  await palette.press('Home');
  await expect(palette).toHaveAttribute('aria-valuetext', /^code \d+$/);
  const codes: (string | null)[] = [];
  for (const key of ['Home', ...Array<string>(7).fill('ArrowRight'), 'End']) {
    await palette.press(key);
    codes.push(await palette.getAttribute('aria-valuetext'));
  }
  expect(new Set(codes).size).toBe(9);
  expect(codes).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7, 63].map((code) => `code ${code}`));
  await page.keyboard.press('Escape');
  const overlay = page.locator('.picture-view .overlay');
  const box = (await overlay.boundingBox())!;
  const step = box.width / 8;
  await page.mouse.move(box.x + step * 1.5, box.y + step * 1.5);
  await page.mouse.down();
  await page.mouse.move(box.x + step * 4.5, box.y + step * 1.5, { steps: 9 });
  await page.mouse.up();
  await expect(page.getByRole('region', { name: 'Edit and continue' }).getByRole('status')).toContainText(/[1-4] tokens? changed; the first 13 are kept/);

  await page.locator('[role="gridcell"]').first().focus();
  await page.keyboard.press('i');
  await expect(page.getByRole('button', { name: `Painting ${first}` })).toBeVisible();
});

test('any picture: cut, rebuilt, scored, its crop moved; nothing leaves the device', async ({ page }) => {
  const sent: string[] = [];
  page.on('request', (request) => request.method() !== 'GET' && sent.push(request.url()));
  await openNano(page);
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
  await expect(page.getByText('It stays on this device.')).toBeVisible();
  await page.locator('.source input[type=file]').setInputFiles({ name: 'field.png', mimeType: 'image/png', buffer: picture(300, 120) });
  await expect(page.locator('.run-title')).toContainText('field.png');
  await expect(figure(page, 'psnr')).toContainText('dB');
  await expect(page.locator('.source').getByText('120 × 120 of 300 × 120 pixels')).toBeVisible();
  await expect(cell(page, 5)).toContainText('nats');
  await expect(page.locator('[data-cell-figure="probability"]')).toContainText(/%|below the five/, { timeout: 60_000 });
  const first = await downloadRun(page);
  expect(first.events.every((event) => event.source === 'given' && event.logprob !== null)).toBe(true);
  expect(first.header.class).toBe(3);
  const square = page.getByRole('slider', { name: 'Crop position, across' });
  await square.press('Home');
  await expect(square).toHaveAttribute('aria-valuenow', '0');
  await expect.poll(async () => (await downloadRun(page)).digest, { timeout: 30_000 }).not.toBe(first.digest);
  await page.locator('.source').getByRole('combobox').selectOption({ index: 1 });
  await expect.poll(async () => (await downloadRun(page)).header.class, { timeout: 30_000 }).toBe(0);
  expect(sent).toEqual([]);
});

test('of a picture that moves the first frame is used, and that is reported', async ({ page }) => {
  const { GIFEncoder } = createRequire(import.meta.url)('gifenc') as typeof import('gifenc'); // a CommonJS file under Node
  const palette = Array.from({ length: 256 }, (_, i): [number, number, number] => [i, 255 - i, (i * 7) % 256]);
  const frame = (shift: number) => Uint8Array.from({ length: 64 * 64 }, (_, i) => (i + shift) % 256);
  const gif = (...shifts: number[]) => {
    const encoder = GIFEncoder();
    for (const [i, shift] of shifts.entries()) encoder.writeFrame(frame(shift), 64, 64, { ...(i === 0 && { palette }), delay: 40, repeat: 0 });
    encoder.finish();
    return Buffer.from(encoder.bytes());
  };
  await openNano(page);
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
  const said = page.locator('.source').getByText('This file is animated; its first frame is used.');
  const digestOf = async (name: string, buffer: Buffer) => {
    await page.locator('.source input[type=file]').setInputFiles({ name, mimeType: 'image/gif', buffer });
    await expect(page.locator('.run-title')).toContainText(name);
    return (await downloadRun(page)).digest;
  };
  const still = await digestOf('still.gif', gif(0));
  await expect(said).toBeHidden();
  const moving = await digestOf('moving.gif', gif(0, 100, 200));
  await expect(said).toBeVisible();
  expect(moving).toBe(still);
  expect(await digestOf('other.gif', gif(100))).not.toBe(still);
});

test('files that are no pictures are explained', async ({ page }) => {
  await openNano(page);
  const alert = page.locator('.source [role=alert]');
  const files: [string, string, Buffer, RegExp][] = [
    ['notes.txt', 'text/plain', Buffer.from('hello'), /notes\.txt is of type text\/plain, not a picture/],
    ['half.jpg', 'image/jpeg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 1]), /half\.jpg cannot be read as a picture here/],
    ['phone.heic', 'image/heic', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0heicmif1', 'latin1'), /phone\.heic is a picture of the kind HEIC, which this browser cannot read/],
    ['empty.png', 'image/png', Buffer.alloc(0), /empty\.png is empty/],
  ];
  for (const [name, mimeType, buffer, words] of files) {
    await page.locator('.source input[type=file]').setInputFiles({ name, mimeType, buffer });
    await expect(alert).toContainText(words);
  }
  await page.locator('.source').getByRole('button', { name: 'Close' }).click();
  await expect(alert).toBeHidden();
});

test('a held-out picture opens under its own class', async ({ page }) => {
  await openNano(page);
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
  await page.getByRole('list', { name: 'Held-out pictures' }).getByRole('button').nth(1).click();
  await expect(page.locator('.run-title')).toContainText('held-out picture');
  await expect(page.locator('.source').getByRole('combobox')).not.toHaveValue('3');
  await expect(page.getByRole('slider', { name: 'Crop position, across' }), 'it is taken whole').toHaveCount(0);
  await page.locator('.source input[type=file]').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') });
  await expect(page.locator('.source [role=alert]')).toContainText('not a picture');
  await expect(page.locator('.source').getByRole('button', { name: 'Remove picture' }), 'the picture before stays').toBeVisible();
});

test('given tokens that the pack does not have are named', async ({ page }) => {
  await openNano(page, `&class=0&seed=1&given=1.broken`);
  await expect(messages(page).first()).toContainText('given tokens cannot be read');
});

const shots = join(import.meta.dirname, 'artefacts', 'inspect');
for (const { kind, touch, screens } of DEVICES) {
  test(`${kind}: fits, and axe finds nothing in its states, light and dark`, async ({ browser }) => {
    test.slow(); // every screen, in light and in dark
    const context = await browser.newContext(contextOf(touch, screens[0]!));
    const page = await context.newPage();
    await servePack(page, await syntheticPack());
    await page.goto('/#view=inspect');
    await expect(figure(page, 'tokens')).toHaveText('256');
    await onEach(page, screens, ({ name }) => expectAccessible(page, `${name}, as decoded`));
    await line(page).press('PageDown');
    await cell(page, 40).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Use token/ }).first().click();
    await onEach(page, screens, async ({ name }) => {
      await page.evaluate(() => scrollTo(0, 0));
      await expectFits(page);
      await expectAccessible(page, `${name}, what-if and edited`, { shot: (scheme) => join(shots, `${name}-${scheme}.png`) });
    });
    await page.getByRole('button', { name: 'Paint with a code…' }).click();
    await expect(page.getByRole('slider', { name: 'Code to paint with' })).toBeVisible();
    await onEach(page, screens, ({ name }) => expectAccessible(page, `${name}, palette`));
    await context.close();
  });
}
