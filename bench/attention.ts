import type { Page } from '@playwright/test';
import { generateButton } from '../e2e/studio-page.ts';
import { ratios, summary } from '../engine/statistics.ts';
import type { Bench, Context } from './harness.ts';
import { decodeImage, openStudio } from './lib/studio.ts';

/** From a press on the switch to the first figure, ms; the switch is off again afterwards. */
async function askForAttention(page: Page): Promise<number> {
  const panel = page.getByRole('region', { name: 'Attention' });
  const start = performance.now();
  await panel.getByRole('switch').click();
  await panel.locator('[data-figure="attention-first"]', { hasText: '%' }).waitFor({ timeout: 120_000 });
  const ms = performance.now() - start;
  await panel.getByRole('switch').click();
  return ms;
}

async function run({ repeats, host }: Context) {
  const { origin } = await host.studio();
  const page = await (await host.browser()).newPage();
  await openStudio(page, origin);
  await decodeImage(page, generateButton(page));
  const first = await askForAttention(page);
  const images: number[] = [];
  const again: number[] = [];
  for (let round = 0; round < repeats; round++) {
    images.push(await decodeImage(page, generateButton(page)));
    again.push(await askForAttention(page));
  }
  await page.close();
  const rows = [{ what: 'an image decoded', ms: summary(images) }, { what: 'attention, first asked for', ms: first }, { what: 'attention of another image', ms: summary(again) }];
  return { rows, ratio: ratios(again, images) };
}

export const bench: Bench = {
  name: 'attention',
  title: 'Showing what attends to what',
  about: 'The built studio in Chromium with the pack that the site opens with, on WebAssembly with the threads that the studio takes there (one on two cores). From a press on the switch "Show what this cell attends to" to the first share on the page. The first time its graphs are fetched from the same machine and opened; they read weights that are there already. After that every cell and block of an image is known at once. The ratio is attention of another image over decoding it.',
  goal: { text: 'recorded, no goal (attention over an image)' },
  run,
};
