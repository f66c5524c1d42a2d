import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Download, type Page } from '@playwright/test';
import { PNG } from 'pngjs';
import { parseRun, type Run } from '../engine/log.ts';
import { PNG_KEYWORD, readPngText } from '../engine/picture.ts';
import { packTokens } from '../engine/token-text.ts';
import { axe, contextOf, DEVICES, expectAccessible, expectFits, type Screen } from './axe.ts';
import { servePack, syntheticPack } from '../fixtures/synthetic.ts';
import { fixturePack } from './packs.ts';
import { downloadRun, generateButton, messages, mountPack, runFinished } from './studio-page.ts';

const pack = fixturePack('nano');
const shots = join(import.meta.dirname, 'artefacts', 'studio');
const address = (rest = '') => `/#pack=${pack.name}${rest}`;
/** Tokens that a run goes on from, as a link holds them. */
const given = `&given=${packTokens([1, 2, 3])}`;
const share = (page: Page) => page.getByRole('dialog', { name: 'Share this run' });

async function made(page: Page, rest = '&class=1&seed=3'): Promise<Run> {
  await mountPack(page, pack);
  await page.goto(address(rest));
  await runFinished(page);
  return downloadRun(page);
}

const bytesOf = async (download: Download) => readFileSync(await download.path());

async function save(page: Page, button: string, group?: string): Promise<{ bytes: Buffer; name: string }> {
  const waiting = page.waitForEvent('download');
  const scope = group ? share(page).getByRole('group', { name: group }) : share(page);
  await scope.getByRole('button', { name: button, exact: true }).click();
  const download = await waiting;
  return { bytes: await bytesOf(download), name: download.suggestedFilename() };
}

/** Drops a file on the page, as a person does: once the page shows that it would take it. */
async function drop(page: Page, name: string, bytes: Buffer, onto = 'body'): Promise<void> {
  const transfer = await page.evaluateHandle(([file, base64]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(base64!), (c) => c.charCodeAt(0))], file!));
    return data;
  }, [name, bytes.toString('base64')]);
  await expect(async () => {
    await page.dispatchEvent(onto, 'dragover', { dataTransfer: transfer });
    await expect(page.locator('body.dropping')).toBeAttached({ timeout: 500 });
  }).toPass();
  await page.dispatchEvent(onto, 'drop', { dataTransfer: transfer });
}

/** Pixels of the main picture as the page holds them. */
const pixels = (page: Page) => page.locator('.picture-view canvas').evaluate((canvas: HTMLCanvasElement) =>
  [...canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data]);

test('every file holds what the page shows, and the PNG restores the run', async ({ page, context }) => {
  const run = await made(page);
  const shown = await pixels(page);
  await page.getByRole('button', { name: 'Share' }).click();

  const small = await save(page, 'PNG 32 px', 'Picture');
  expect(small.name).toBe('nano-beta-3.png');
  const png = PNG.sync.read(small.bytes);
  expect([png.width, png.height]).toEqual([32, 32]);
  expect([...png.data]).toEqual(shown);
  expect(readPngText(small.bytes, PNG_KEYWORD)).toEqual({ header: run.header, digest: run.digest, size: 32 });
  expect(readPngText(small.bytes, 'dpar-log')).toEqual(run);

  const large = await save(page, 'PNG 1024 px', 'Picture');
  const big = PNG.sync.read(large.bytes);
  expect(big.width).toBe(1024);
  for (const [x, y] of [[0, 0], [31, 31], [7, 19], [30, 2]] as const) {
    for (const [dx, dy] of [[0, 0], [31, 31], [16, 5]] as const) {
      const at = 4 * ((32 * y + dy) * 1024 + 32 * x + dx);
      expect([...big.data.subarray(at, at + 4)]).toEqual(shown.slice(4 * (32 * y + x), 4 * (32 * y + x) + 4));
    }
  }

  const svg = (await save(page, 'SVG', 'Entropy map')).bytes.toString();
  expect(svg.match(/width="1.01"/g)).toHaveLength(64);
  expect(svg).toContain('nats');
  const map = PNG.sync.read((await save(page, 'PNG', 'Entropy map')).bytes);
  expect(map.width).toBe(2 * (8 * 32 + 48));
  expect(new Set(map.data).size).toBeGreaterThan(40);

  expect(parseRun(JSON.parse((await save(page, 'JSON', 'Run')).bytes.toString()))).toEqual(run);
  const csv = (await save(page, 'CSV', 'Run')).bytes.toString().trim().split('\r\n');
  expect(csv).toHaveLength(65);
  expect(csv.slice(1).map((line) => Number(line.split(',')[3]))).toEqual(run.events.map(({ token }) => token));

  for (const file of [small, large]) {
    const other = await context.newPage();
    await mountPack(other, pack);
    await other.goto(address());
    await drop(other, file.name, file.bytes);
    await expect(other.locator('.run-title')).toContainText('Beta, seed 3');
    await expect(other.locator('.run-title .chip')).toHaveText('Opened');
    expect(await downloadRun(other)).toEqual(run);
    expect(await pixels(other)).toEqual(shown);
    expect(other.url()).toContain('seed=3');
    await other.getByRole('button', { name: 'Undo' }).click();
    await expect(other.locator('.run-title')).not.toContainText('Beta, seed 3');
    await other.close();
  }
});

/** Frames and sides of a GIF, by walking its blocks (GIF89a). */
function readGif(bytes: Buffer): { width: number; height: number; frames: number; repeats: boolean } {
  expect(bytes.subarray(0, 6).toString()).toBe('GIF89a');
  const table = (packed: number) => (packed & 0x80 ? 3 << ((packed & 7) + 1) : 0);
  const gif = { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8), frames: 0, repeats: false };
  let at = 13 + table(bytes[10]!);
  const blocks = () => {
    while (bytes[at] !== 0) at += bytes[at]! + 1;
    at++;
  };
  for (;;) {
    const kind = bytes[at++];
    if (kind === 0x3b) return gif;
    if (kind === 0x21) {
      gif.repeats ||= bytes.subarray(at + 2, at + 13).toString() === 'NETSCAPE2.0';
      at++;
      blocks();
    } else if (kind === 0x2c) {
      gif.frames++;
      at += 9 + table(bytes[at + 8]!) + 1;
      blocks();
    } else throw new Error(`block ${kind} at ${at}`);
  }
}

test('the animation has a frame for every step', async ({ page }) => {
  await made(page);
  await page.getByRole('button', { name: 'Share' }).click();
  const gif = await save(page, 'GIF');
  expect(gif.name).toBe('nano-beta-3.gif');
  expect(readGif(gif.bytes)).toEqual({ width: 688, height: 548, frames: 64, repeats: true });
  // A frame holds what has changed; shown one over the other, the last of them is whole.
  const frames = await page.evaluate(async (base64) => {
    const decoder = new ImageDecoder({ data: Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)), type: 'image/gif' });
    return Promise.all([32, 63].map(async (frameIndex) => {
      const { image } = await decoder.decode({ frameIndex });
      const ctx = new OffscreenCanvas(688, 548).getContext('2d')!;
      ctx.drawImage(image, 0, 0);
      const pixels = new Uint32Array(ctx.getImageData(0, 0, 688, 548).data.buffer);
      const row = (y: number) => pixels.subarray(y * 688 + 16, y * 688 + 672); // both squares and what is between them
      return { holes: pixels.filter((pixel) => pixel >>> 24 < 255).length, top: [...row(20)], colours: new Set(row(330)).size };
    }));
  }, gif.bytes.toString('base64'));
  expect(frames.map(({ holes }) => holes)).toEqual([0, 0]);
  expect(frames[1]!.top).toEqual(frames[0]!.top);
  expect(frames[0]!.colours).toBeLessThan(5); // not drawn yet
  expect(frames[1]!.colours).toBeGreaterThan(10);
  expect(gif.bytes.length).toBeLessThan(64 * 20_000);
  const video = share(page).getByRole('button', { name: 'Video' });
  await expect(video).toBeEnabled();
  const waiting = Promise.race([page.waitForEvent('download'), share(page).getByText('encodes neither').waitFor().then(() => null)]);
  await video.click();
  const download = await waiting;
  if (!download) return;
  const bytes = await bytesOf(download);
  if (download.suggestedFilename().endsWith('.mp4')) expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
  else expect(bytes.subarray(0, 4).toString('hex')).toBe('1a45dfa3');
  const seconds = await page.evaluate(async (base64) => {
    const element = document.createElement('video');
    element.src = URL.createObjectURL(new Blob([Uint8Array.from(atob(base64[0]), (c) => c.charCodeAt(0))], { type: `video/${base64[1]}` }));
    await new Promise((resolve, reject) => { element.onloadedmetadata = resolve; element.onerror = () => reject(new Error(element.error?.message)); });
    return element.duration;
  }, [bytes.toString('base64'), download.suggestedFilename().split('.').at(-1)!] as const);
  expect(seconds).toBeCloseTo((64 + 25) * 0.08, 1);
});

test('a link reproduces the run, from its token, and says that it is the same', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const run = await made(page);
  await page.locator('.strip-plot').press('ArrowDown');
  await page.getByRole('button', { name: 'Share' }).click();
  await share(page).getByRole('switch', { name: /Start at token 56/ }).click();
  await share(page).getByRole('button', { name: 'Copy link' }).click();
  await expect(share(page).getByText('Copied')).toBeVisible();
  const url = await page.evaluate(() => navigator.clipboard.readText());
  expect(url).toContain('at=56');
  expect(url).toContain(`check=${run.digest.slice(0, 12)}.`);

  const other = await context.newPage();
  await mountPack(other, pack);
  await other.goto(url);
  await runFinished(other);
  await expect(other.getByText('Matches the link')).toBeVisible();
  await expect(other.getByRole('slider', { name: 'Token shown' })).toHaveAttribute('aria-valuenow', '56');
  await expect(messages(other)).toHaveCount(0);
  expect((await downloadRun(other)).digest).toBe(run.digest);
});

test('the share sheet of the system gets title and link; closed it is quiet, where it fails the link is copied', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.addInitScript(() => {
    const sheet = { given: [] as ShareData[], refusal: '' };
    Object.assign(globalThis, { sheet });
    navigator.share = async (data) => {
      sheet.given.push(data!);
      if (sheet.refusal) throw new DOMException('no', sheet.refusal);
    };
  });
  type Faked = { sheet: { given: ShareData[]; refusal: string } };
  const refuse = (name: string) => page.evaluate((refusal) => { (globalThis as unknown as Faked).sheet.refusal = refusal; }, name);
  await servePack(page, await syntheticPack());
  await page.goto('/');
  await page.getByRole('button', { name: 'Share' }).click();
  const url = await share(page).getByRole('textbox', { name: 'Link to this run' }).inputValue();
  const native = share(page).getByRole('button').filter({ hasText: /^(Share…|Copied)$/ });
  await native.click();
  expect(await page.evaluate(() => (globalThis as unknown as Faked).sheet.given)).toEqual([{ title: expect.stringMatching(/seed \d+: DPAR Studio$/), url }]);
  await refuse('AbortError');
  await native.click();
  await expect(native).toHaveText('Share…');
  await expect(messages(page)).toHaveCount(0);
  await refuse('NotAllowedError');
  await native.click();
  await expect(native).toHaveText('Copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(url);
});

test('without a share sheet there is the button that copies', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.addInitScript(() => { delete (Navigator.prototype as { share?: unknown }).share; });
  await servePack(page, await syntheticPack());
  await page.goto('/');
  await page.getByRole('button', { name: 'Share' }).click();
  const url = await share(page).getByRole('textbox', { name: 'Link to this run' }).inputValue();
  await expect(share(page).getByRole('button', { name: 'Share…' })).toHaveCount(0);
  await share(page).getByRole('button', { name: 'Copy link' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(url);
});

test('what differs from the link is named', async ({ page }) => {
  const run = await made(page);
  const check = `${'0'.repeat(12)}.${'f'.repeat(8)}.q8.webgpu.2`;
  await page.goto(`${address('&class=1&seed=3')}&check=${check}`);
  await expect(messages(page)).toContainText('not the picture that the link was made from');
  await expect(messages(page)).toContainText(`The pack is another version (${run.header.pack.hash.slice(0, 8)} here, ffffffff in the link)`);
  await expect(messages(page)).toContainText('variant fp32, the link\'s were q8');
  await expect(messages(page)).toContainText('ran on WebAssembly, the link\'s ran on WebGPU');
});

const bad: [string, () => Buffer, RegExp][] = [
  ['notes.txt', () => Buffer.from('hello'), /notes\.txt is neither a PNG nor a run in JSON/],
  ['nothing.png', () => Buffer.alloc(0), /nothing\.png is empty/],
  ['photo.png', () => PNG.sync.write(new PNG({ width: 4, height: 4 })), /photo\.png is a picture without a run inside/],
  ['data.json', () => Buffer.from('{"format":"x"}'), /not a run of this studio/],
];
test('files without a run are explained, and what is on the page stays', async ({ page }) => {
  await servePack(page, await syntheticPack());
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/');
  await expect(page.locator('[data-figure="tokens"]')).toHaveText('256');
  // The last one onto a text field, which has no use for a file either.
  for (const [i, [name, make, words]] of bad.entries()) {
    await drop(page, name, make(), i < bad.length - 1 ? 'body' : '.seed input');
    await expect(messages(page)).toContainText(words);
    await expect(page.locator('.run-title')).toContainText('River, seed 7');
    await page.getByRole('button', { name: 'Close message' }).click();
    await expect(messages(page)).toHaveCount(0);
  }
});

test('an address from elsewhere is explained; a link of the page itself, dragged, is nothing to open', async ({ page }) => {
  await servePack(page, await syntheticPack());
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/');
  await expect(page.locator('[data-figure="tokens"]')).toHaveText('256');
  await page.getByRole('link', { name: 'Guide', exact: true }).dragTo(page.locator('.strip-legend'));
  await expect(page.locator('body.dropping')).toHaveCount(0);
  await expect(messages(page)).toHaveCount(0);
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.setData('text/uri-list', 'https://example.org/cat.png');
    return data;
  });
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  await expect(messages(page)).toContainText('An address was dropped, not a file.');
});

test('a run of a pack that is not here is explained', async ({ page }) => {
  const run = await made(page);
  const text = JSON.stringify({ ...run, header: { ...run.header, pack: { name: 'mars', hash: '' } } });
  await drop(page, 'mars.json', Buffer.from(text));
  await expect(messages(page)).toContainText('This run needs the pack mars');
  await expect(page.locator('.run-title')).toContainText('Beta, seed 3');
  expect(page.url()).toContain('pack=nano');
});

test('on a metered connection a link waits for a press, and keeps the tokens that it goes on from', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
  const wide = page.viewportSize()!;
  await page.setViewportSize({ width: 320, height: 640 });
  await mountPack(page, pack);
  await page.goto(address(`&class=1&seed=3${given}`));
  const start = page.getByRole('button', { name: 'Generate the linked image' });
  await expect(start).toBeVisible();
  await expect(page.locator('.launch-action').getByText(/^Downloads the model first/)).toBeVisible();
  await expectFits(page);
  await page.setViewportSize(wide);
  await start.click();
  await runFinished(page);
  expect((await downloadRun(page)).header).toMatchObject({ class: 1, seed: 3, given: [1, 2, 3] });
});

test('the embedded view waits, plays, and reports to the page around it', async ({ page }) => {
  await mountPack(page, pack);
  await page.route('**/around.html', (route) => route.fulfill({
    contentType: 'text/html',
    body: `<!doctype html><title>Around</title><script>window.said = []; addEventListener('message', (e) => e.data.source === 'dpar-studio' && said.push({ ...e.data, origin: e.origin }));</script>
      <iframe title="run" src="/?embed&theme=dark#pack=${pack.name}&class=1&seed=3${given}" width="720" height="640"></iframe>`,
  }));
  await page.goto('/around.html');
  const frame = page.frameLocator('iframe');
  await expect(frame.locator('.bar')).toHaveCount(0);
  await expect(frame.locator('html')).toHaveAttribute('data-theme', 'dark');
  await frame.getByRole('button', { name: /Generate the linked image/ }).click();
  await expect(frame.locator('.run-title .chip')).toHaveText('Generated here', { timeout: 120_000 });
  const said = await page.evaluate(() => (globalThis as unknown as { said: { type: string; digest?: string; origin: string }[] }).said);
  expect(said.map(({ type }) => type).filter((type, i, all) => type !== all[i - 1])).toEqual(expect.arrayContaining(['ready', 'finished']));
  expect(said.find(({ type }) => type === 'finished')).toMatchObject({ complete: true, class: 'Beta', seed: 3, tokens: 64, digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
  await expect(frame.getByRole('link', { name: 'Open in DPAR Studio' })).toHaveAttribute('href', new RegExp(`/#pack=nano&class=Beta&seed=3.*${given}`));
  expect(await axe(page.frames()[1]!, { without: ['region'] })).toEqual([]);
});

for (const { kind, touch, screens } of DEVICES) {
  test(`share menu, ${kind}: fits, and axe finds nothing, light and dark`, async ({ browser }) => {
    const [screen] = screens as [Screen];
    const context = await browser.newContext({ ...contextOf(touch, screen), deviceScaleFactor: touch ? 2 : 1 });
    const page = await context.newPage();
    await servePack(page, await syntheticPack());
    await page.goto('/');
    await expect(page.locator('[data-figure="tokens"]')).toHaveText('256');
    await page.getByRole('button', { name: 'Share' }).click();
    await expect(share(page).getByRole('button', { name: 'GIF' })).toBeVisible();
    await expectFits(page);
    await expectAccessible(page, kind, { shot: (scheme) => join(shots, `share-${screen.name}-${scheme}.png`) });
    await page.keyboard.press('Escape');
    await expect(share(page)).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Share' })).toBeFocused();
    await expect(generateButton(page)).toBeVisible();
    await context.close();
  });
}
