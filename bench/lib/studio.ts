/** The built studio as benches use it. */
import type { Locator, Page } from '@playwright/test';
import { runFinished, runStarted } from '../../e2e/studio-page.ts';

/** Opens the site and waits until its model runs. */
export async function openStudio(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/`);
  await page.locator('.status-chip[data-model="ready"]').waitFor({ timeout: 300_000 });
}

/** From a press on the button to the finished image, ms. */
export async function decodeImage(page: Page, button: Locator): Promise<number> {
  const start = performance.now();
  await button.click();
  await runStarted(page);
  await runFinished(page);
  return performance.now() - start;
}
