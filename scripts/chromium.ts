import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';

const SYSTEM = [
  '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe', 'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

/** STUDIO_CHROMIUM, a Chromium or Chrome of the system, or Playwright's own; otherwise says how to get one. */
export function chromiumPath(): string {
  const named = process.env.STUDIO_CHROMIUM;
  if (named && !existsSync(named)) throw new Error(`STUDIO_CHROMIUM names ${named}, which is not there.`);
  const found = named ?? [...SYSTEM, chromium.executablePath()].find((path) => existsSync(path));
  if (found) return found;
  throw new Error('No Chromium was found. Run "npx playwright install chromium", or set STUDIO_CHROMIUM to a Chrome or Chromium.');
}

/** WebGPU without a graphics card: Chromium's software adapter. */
export const webgpuFlags = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
