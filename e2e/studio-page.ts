import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { parseRun, type Run } from '../engine/log.ts';
import type { TestPack } from './packs.ts';

/** Serves a fixture pack at the address where the studio looks for packs. Register before routes that damage its files. */
export async function mountPack(page: Page, pack: TestPack): Promise<void> {
  if (!pack.manifest.startsWith('/fixtures/')) return;
  await page.route(new RegExp(`(?<!/fixtures)/models/${pack.name}/`), (route) =>
    route.continue({ url: route.request().url().replace('/models/', '/fixtures/models/') }));
}

/** What the page shows went wrong. */
export const messages = (page: Page) => page.locator('.notice');

export const generateButton = (page: Page) => page.getByRole('button', { name: 'Generate', exact: true });

/** Offered where the rules in view are not those of the run. */
export const generateWithRules = (page: Page) => page.getByRole('button', { name: 'Generate with these rules' });

export const classes = (page: Page) => page.getByRole('radiogroup', { name: 'Class' }).getByRole('radio');

/** Chooses the backend and waits until the model runs on it. */
export async function useBackend(page: Page, backend: 'wasm' | 'webgpu'): Promise<void> {
  const label = backend === 'webgpu' ? 'WebGPU' : 'WASM';
  const chip = page.locator('.status-chip');
  await chip.click();
  await page.getByRole('radio', { name: label, exact: true }).click();
  await page.keyboard.press('Escape');
  await expect(chip).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
  await expect(chip).toContainText(label);
}

/** The run in view, as a person downloads it; checked by the reader's own rules, digest included. */
export async function downloadRun(page: Page): Promise<Run> {
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download run as JSON' }).click();
  return parseRun(JSON.parse(readFileSync(await (await waiting).path(), 'utf8')));
}

export const runStarted = (page: Page) => expect(page.locator('.run-title .chip')).toHaveText('Decoding', { timeout: 15_000 });

export const runFinished = (page: Page) => expect(page.locator('.run-title .chip')).toHaveText('Generated here', { timeout: 150_000 });
