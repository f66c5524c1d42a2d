/** `npm run pictures`: the film and the pictures of README and docs, and the picture that links elsewhere show, taken from the built studio playing the pack's recorded run. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { chromium, type BrowserContextOptions } from '@playwright/test';
import { build, preview } from 'vite';
import { chromiumPath } from './chromium.ts';
import { CARD } from './site/social-card.ts';

const out = 'docs/images';
/** Small enough a window for its words to be read in a chat. */
const card = { viewport: { width: 1280, height: 672 }, deviceScaleFactor: 1200 / 1280 };
const wide = { width: 1440, height: 860 };
/** File, window, and the view's address; Generate is shown half-way through its run. */
const shots: [string, BrowserContextOptions, string?][] = [
  [`public/${CARD}`, { ...card, colorScheme: 'dark' }],
  [`${out}/studio-dark.webp`, { viewport: wide, colorScheme: 'dark' }],
  [`${out}/studio-light.webp`, { viewport: wide, colorScheme: 'light' }],
  [`${out}/inspect.webp`, { viewport: wide, colorScheme: 'light' }, '#view=inspect'],
  [`${out}/compare.webp`, { viewport: { width: 1440, height: 1000 }, colorScheme: 'dark' }, '#view=compare'],
];

mkdirSync(out, { recursive: true });
await build({ logLevel: 'warn' });
const server = await preview({ preview: { port: 4390 } });
const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
for (const [path, options, view] of shots) {
  const page = await browser.newPage({ ...options, reducedMotion: 'reduce' });
  await page.goto(server.resolvedUrls!.local[0]! + (view ?? ''));
  await page.locator('.status-chip[data-model="ready"]').waitFor({ timeout: 120_000 });
  if (!view) {
    const strip = page.getByRole('slider', { name: 'Token shown' });
    await strip.focus();
    for (let i = 0; i < 88; i++) await page.keyboard.press('ArrowLeft');
    await strip.blur();
    await page.evaluate(() => scrollTo(0, 0)); // a low window had scrolled to the strip
  }
  await page.waitForTimeout(300);
  if (path.endsWith('.webp')) {
    // A quarter of a PNG's size; Playwright itself knows PNG and JPEG only.
    const devtools = await page.context().newCDPSession(page);
    const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: 92 });
    writeFileSync(path, Buffer.from(data, 'base64'));
  } else {
    await page.screenshot({ path }); // not every site that shows a link's card reads WebP
  }
  if (path.endsWith('studio-dark.webp')) {
    await page.getByRole('button', { name: 'Share' }).click();
    const film = page.waitForEvent('download');
    await page.getByRole('button', { name: 'GIF' }).click();
    await (await film).saveAs(`${out}/decode.gif`);
  }
  await page.close();
}
await browser.close();
await server.close();
