import type { Page } from '@playwright/test';
import type { GpuPage } from '../../e2e/pages/gpu.ts';
import type { Host } from './host.ts';

/** What the page has, where a function runs in it. */
export type GpuScope = { gpu: GpuPage };

/** Runs `work` on the page of the studio's WebGPU side, opened; `name` is the adapter's. Throws where sampling does not work on this device. */
export async function onGpuPage<T>(host: Host, timeoutMs: number, work: (page: Page, name: string) => Promise<T>): Promise<T> {
  const { origin } = await host.site();
  const page = await (await host.gpuBrowser()).newPage();
  try {
    page.setDefaultTimeout(timeoutMs);
    await page.goto(`${origin}/e2e/pages/gpu.html`);
    await page.waitForFunction(() => 'gpu' in globalThis);
    const { sampler, name } = await page.evaluate(() => (globalThis as unknown as GpuScope).gpu.open());
    if (!sampler) throw new Error('The sampler did not work on this device.');
    return await work(page, name);
  } finally {
    await page.close();
  }
}
