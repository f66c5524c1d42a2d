/** From LlamaGen's files to pictures in the browser, with what PyTorch says of the same tokens beside it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { PNG } from 'pngjs';
import { tokensOf, type Run } from '../engine/log.ts';
import { python } from '../scripts/python.mjs';
import { downloadRun, generateButton, runFinished, useBackend } from './studio-page.ts';

const root = join(import.meta.dirname, '..');
const ask = (args: string[], input = ''): string => execFileSync(python, ['-m', ...args], { cwd: root, input, encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1' } });
const helper = 'models.tests.llamagen_end_to_end';

test('a random LlamaGen is imported, generates, and its entropies are PyTorch\'s, those of a dropped picture too', async ({ page }) => {
  test.setTimeout(400_000);
  const folder = mkdtempSync(join(tmpdir(), 'llamagen-'));
  try {
    ask([helper, 'make', folder]);
    ask(['models', 'import-llamagen', '--tokenizer', `${folder}/vq.pt`, '--gpt', `${folder}/gpt.pt`, '--heads', '2', '--image-size', '32',
      '--classes', `${folder}/names.txt`, '--samples', '1', '--variants', 'fp32', '--out', `${folder}/models/small`]);
    await page.route(/\/models\/small\//, (route) => route.fulfill({ path: join(folder, new URL(route.request().url()).pathname) }));
    await page.goto('/#pack=small&seed=3');
    await useBackend(page, 'wasm');
    await generateButton(page).click();
    await runFinished(page);
    const made = await downloadRun(page);

    const png = new PNG({ width: 40, height: 40 });
    png.data.forEach((_, i) => { png.data[i] = i % 4 === 3 ? 255 : (i * 7) % 256; });
    await page.getByRole('link', { name: 'Inspect' }).click();
    await page.locator('.source input[type=file]').setInputFiles({ name: 'mine.png', mimeType: 'image/png', buffer: PNG.sync.write(png) });
    await expect(page.locator('[data-figure="psnr"]').first()).toBeVisible({ timeout: 60_000 });
    await expect(page.getByRole('gridcell').nth(1)).toContainText(/nats/);
    const seen = await downloadRun(page);

    const runs: Run[] = [made, seen];
    const want = JSON.parse(ask([helper, 'entropies', folder], JSON.stringify(runs.map(({ events }) => tokensOf(events))))) as (number | null)[][];
    for (const [i, { events, complete }] of runs.entries()) {
      expect(complete).toBe(true);
      expect(events[0]!.entropy).toBeNull();
      for (const { t, entropy } of events.slice(1)) expect(Math.abs(entropy! - want[i]![t]!), `run ${i}, token ${t}`).toBeLessThan(1e-4);
    }
    expect(made.header.settings.guidance).toBe(4);
    expect(new Set(tokensOf(made.events)).size).toBeGreaterThan(10);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
