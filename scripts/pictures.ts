/** `npm run pictures`: the pictures of README and docs, and the one that links elsewhere show, taken from the built studio playing the pack's recorded run. */
import { mkdirSync } from 'node:fs';
import { chromium, type BrowserContextOptions } from '@playwright/test';
import { build, preview } from 'vite';
import { chromiumPath } from '../e2e/chromium.ts';
import { CARD } from './site/social-card.ts';

const out = 'docs/images';
/** Small enough a window for its words to be read in a chat. */
const card = { viewport: { width: 1280, height: 672 }, deviceScaleFactor: 1200 / 1280 };
const wide = { width: 1440, height: 860 };
/** Name, window, and the view's address; Generate is shown half-way through its run. */
const shots: [string, BrowserContextOptions, string?][] = [
  ['studio-dark', { viewport: wide, colorScheme: 'dark' }],
  [`../../public/${CARD.replace('.png', '')}`, { ...card, colorScheme: 'dark' }],
  ['studio-light', { viewport: wide, colorScheme: 'light' }],
  ['studio-phone', { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, colorScheme: 'dark', isMobile: true, hasTouch: true }],
  ['inspect', { viewport: wide, colorScheme: 'light' }, '#view=inspect'],
  ['compare', { viewport: { width: 1440, height: 1000 }, colorScheme: 'dark' }, '#view=compare'],
  ['guide', { viewport: wide, colorScheme: 'light' }, '#view=guide&step=3'],
];

mkdirSync(out, { recursive: true });
await build({ logLevel: 'warn' });
const server = await preview({ preview: { port: 4390 } });
const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
for (const [name, options, view] of shots) {
  const page = await browser.newPage({ ...options, reducedMotion: 'reduce' });
  await page.goto(server.resolvedUrls!.local[0]! + (view ?? ''));
  await page.locator('.status-chip[data-model="ready"]').waitFor({ timeout: 120_000 });
  if (!view) {
    const strip = page.getByRole('slider', { name: 'Token shown' });
    await strip.focus();
    for (let i = 0; i < 88; i++) await page.keyboard.press('ArrowLeft');
    await strip.blur();
    await page.evaluate(() => scrollTo(0, 0)); // a phone had scrolled to the strip
  }
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${out}/${name}.png` });
  await page.close();
}
await browser.close();
await server.close();
