/** `npm run icons`: the icons with which the studio is installed, drawn from public/favicon.svg. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { chromiumPath } from './chromium.ts';

const folder = join(import.meta.dirname, '..', 'public');
const svg = readFileSync(join(folder, 'favicon.svg'), 'utf8');
const GROUND = '#15181c';
/** Of a maskable icon the system may cut off all but a circle of 80 %: the ground goes to its edges. */
const shots = [
  { file: 'icon-192.png', size: 192, share: 1 },
  { file: 'icon-512.png', size: 512, share: 1 },
  { file: 'icon-maskable-512.png', size: 512, share: 0.8, ground: GROUND },
];

const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
for (const { file, size, share, ground = 'transparent' } of shots) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<body style="margin:0;display:grid;place-items:center;height:100vh;background:${ground}">${svg.replace('<svg ', `<svg width="${size * share}" `)}`);
  await page.screenshot({ path: join(folder, file), omitBackground: true });
  await page.close();
}
await browser.close();
