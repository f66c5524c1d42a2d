import type { Locator, Page } from '@playwright/test';
import { restartSmoothness, smoothnessOf, watchSmoothness, type Smoothness } from '../e2e/smoothness.ts';
import { generateButton, generateWithRules } from '../e2e/studio-page.ts';
import { summary } from '../engine/statistics.ts';
import type { Bench, Context } from './harness.ts';
import { decodeImage, openStudio } from './lib/studio.ts';

/** One decoded image as the page saw it. */
type Watched = Smoothness & { ms: number };

async function decodeOne(page: Page, button: Locator): Promise<Watched> {
  await page.waitForTimeout(500);
  await restartSmoothness(page);
  const ms = await decodeImage(page, button);
  return { ...(await smoothnessOf(page)), ms };
}

async function run({ repeats, host }: Context) {
  const { origin } = await host.studio();
  const page = await (await host.browser()).newPage();
  await watchSmoothness(page);
  await openStudio(page, origin);
  // The first run fetches what a finished run needs.
  await decodeOne(page, generateButton(page));
  const seen: Record<string, Watched[]> = { Generate: [], Inspect: [] };
  for (let round = 0; round < repeats; round++) seen.Generate!.push(await decodeOne(page, generateButton(page)));
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Inspect' }).click();
  for (let round = 0; round < repeats; round++) {
    // A line of its own offers to generate with it.
    await page.getByRole('slider', { name: /E_th line/ }).press(round % 2 ? 'PageUp' : 'PageDown');
    seen.Inspect!.push(await decodeOne(page, generateWithRules(page)));
  }
  await page.close();
  const rows = Object.entries(seen).map(([view, images]) => ({
    view, images: images.length, 'ms an image': summary(images.map(({ ms }) => ms)), 'tasks over 50 ms': images.reduce((sum, { tasks }) => sum + tasks.length, 0),
    'longest, ms': Math.max(0, ...images.flatMap(({ tasks }) => tasks)), 'layout shift, largest': Math.max(...images.map(({ shift }) => shift)),
  }));
  // One image with such a task is enough to miss the goal: no median.
  return { rows, ratio: summary([Object.values(seen).flat().reduce((sum, { tasks }) => sum + tasks.length, 0)]) };
}

export const bench: Bench = {
  name: 'smooth',
  title: 'Tasks over 50 ms while an image decodes',
  about: 'The built studio in Chromium with the pack that the site opens with, on WebAssembly at full speed. Measured is what the page itself does while the worker decodes, as the browser notes it: long tasks and layout shifts. Shifts right after a click count, too; below 0.1 is called good. The ratio is tasks over 50 ms in all images together.',
  goal: { text: 'no task over 50 ms', atMost: 0 },
  run,
};
