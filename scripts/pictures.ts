/** `npm run pictures`: the pictures of README and docs, taken from the built studio playing the pack's recorded run. */
import { mkdirSync } from 'node:fs';
import { chromium, type BrowserContextOptions } from '@playwright/test';
import { build, preview } from 'vite';
import { chromiumPath } from '../e2e/chromium.ts';

const out = 'docs/images';
const shots: [string, BrowserContextOptions][] = [
  ['studio-dark', { viewport: { width: 1440, height: 860 }, colorScheme: 'dark' }],
  ['studio-light', { viewport: { width: 1440, height: 860 }, colorScheme: 'light' }],
  ['studio-phone', { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, colorScheme: 'dark', isMobile: true, hasTouch: true }],
];

mkdirSync(out, { recursive: true });
await build({ logLevel: 'warn' });
const server = await preview({ preview: { port: 4390 } });
const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
for (const [name, options] of shots) {
  const page = await browser.newPage({ ...options, reducedMotion: 'reduce' });
  await page.goto(server.resolvedUrls!.local[0]!);
  await page.locator('.status-chip[data-model="ready"]').waitFor({ timeout: 120_000 });
  const strip = page.getByRole('slider', { name: 'Token shown' });
  await strip.focus();
  for (let i = 0; i < 88; i++) await page.keyboard.press('ArrowLeft');
  await strip.blur();
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${out}/${name}.png` });
  await page.close();
}
await browser.close();
await server.close();
