import { expect, test, type Page } from '@playwright/test';
import type { Run } from '../engine/log.ts';
import { fixturePack } from './packs.ts';
import { slower } from './slow-worker.ts';
import { downloadRun, generateButton, messages, mountPack, runFinished, useBackend } from './studio-page.ts';
import { beforeWorker } from './worker-hook.ts';

/** Losses of a real device, on Chromium's software adapter. */
const pico = fixturePack('pico');
const chip = (page: Page) => page.locator('.status-chip');
const went = (page: Page) => messages(page).filter({ hasText: 'The run continued where it was' });
const tokensOf = ({ events }: Run) => events.map(({ token }) => token);
const tokens = (page: Page) => page.locator('[data-figure="tokens"]').textContent().then(Number);
const decoded = (page: Page, count: number) => expect.poll(() => tokens(page), { intervals: [50], timeout: 300_000 }).toBeGreaterThanOrEqual(count);

type Scope = { devices: GPUDevice[] };

test.setTimeout(600_000);

/** Keeps the worker's devices within reach. */
const holdDevices = () => {
  const scope = globalThis as unknown as Scope;
  scope.devices = [];
  const request = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, descriptor) {
    const device = await request.call(this, descriptor);
    scope.devices.push(device);
    return device;
  };
};

const destroyDevice = (page: Page) => page.workers()[0]!.evaluate(() => { for (const device of (globalThis as unknown as Scope).devices) device.destroy(); });

/** From now on the device makes buffers that hold nothing and says why, as a browser does when memory has run out. */
const runOutOfMemory = (page: Page) => page.workers()[0]!.evaluate(() => {
  for (const device of (globalThis as unknown as Scope).devices) {
    const create = device.createBuffer.bind(device);
    device.createBuffer = (wanted) => {
      device.pushErrorScope('validation');
      const invalid = create({ size: wanted.size, usage: 0 });
      void device.popErrorScope();
      device.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error: new GPUOutOfMemoryError('injected') }));
      return invalid;
    };
    // Recorded kernels need no new buffers.
    device.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error: new GPUOutOfMemoryError('injected') }));
  }
});

async function generate(page: Page): Promise<void> {
  await page.getByRole('radiogroup', { name: 'Class' }).getByRole('radio').nth(1).click();
  await page.getByRole('textbox', { name: 'Seed' }).fill('9');
  await generateButton(page).click();
}

/** The messages of earlier losses go: the next one has its own. */
async function dismiss(page: Page): Promise<void> {
  const close = page.getByRole('button', { name: 'Close message' });
  while (await close.count() > 0) await close.first().click();
  await expect(messages(page)).toHaveCount(0);
}

test.describe.serial('a model that runs on the GPU', () => {
  let page: Page;
  /** The run when nothing happens, made on the processor: the seed is one on which both backends agree. */
  let whole: Run;

  test.beforeAll(async ({ browser }) => {
    page = await browser.newPage();
    // Slower: there is time to act between two tokens, also in the workers that follow a loss.
    await beforeWorker(page, holdDevices, slower);
    await mountPack(page, pico);
    await page.goto('/#pack=pico');
    await useBackend(page, 'wasm');
    await generate(page);
    await runFinished(page);
    whole = await downloadRun(page);
    await useBackend(page, 'webgpu');
  });
  test.afterAll(() => page.close());

  test('its device is destroyed between two runs: the next run is made all the same, by a fresh worker', async () => {
    const [before] = page.workers();
    await destroyDevice(page);
    await generate(page);
    await expect(went(page)).toBeVisible({ timeout: 150_000 });
    await decoded(page, 3);
    expect(page.workers()).toHaveLength(1);
    expect(page.workers()[0]).not.toBe(before);
    await expect(chip(page)).toContainText('WebGPU');
  });

  test('its device is destroyed during that run: it goes on to the same tokens', async () => {
    const [before] = page.workers();
    const reached = await tokens(page);
    await destroyDevice(page);
    await expect.poll(() => page.workers()[0] !== before && page.workers().length, { timeout: 60_000 }).toBe(1);
    await decoded(page, reached + 2);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect(page.locator('.run-title .chip')).toHaveText('Stopped', { timeout: 30_000 });
    const run = await downloadRun(page);
    expect(run.header.backend).toBe('webgpu');
    expect(run.events.length).toBeGreaterThan(reached);
    expect(tokensOf(run)).toEqual(tokensOf(whole).slice(0, run.events.length));
    await expect(went(page)).toHaveCount(1);
  });

  test('its memory runs out during a run: the run goes on on the processor to the same tokens, with a notice', async () => {
    // A run that was stopped may have taken its model with it: what is lost here is lost in a run, not in a load.
    await expect(chip(page)).toHaveAttribute('data-model', 'ready', { timeout: 150_000 });
    await dismiss(page);
    await generate(page);
    await decoded(page, 2);
    await runOutOfMemory(page);
    await expect(messages(page).filter({ hasText: 'The GPU ran out of memory. The run continued where it was, on the processor (WASM)' })).toBeVisible({ timeout: 150_000 });
    await runFinished(page);
    expect(tokensOf(await downloadRun(page))).toEqual(tokensOf(whole));
    await expect(chip(page)).toContainText('WASM');
  });

  test('the GPU process of the browser crashes during a run: the run goes on to the same tokens', async ({ browser }) => {
    // The browser may keep the GPU to itself for a while, which would be missed by the tests after this one.
    test.skip(process.env.STUDIO_LONG !== '1', 'too long for every run: npm run test:soak runs it');
    await useBackend(page, 'webgpu');
    await dismiss(page);
    await generate(page);
    await decoded(page, 2);
    const session = await browser.newBrowserCDPSession();
    // Its answer may be lost with the process.
    void session.send('Browser.crashGpuProcess').catch(() => undefined);
    // By then the GPU is there again, or the processor has taken over.
    await expect(went(page).or(messages(page).filter({ hasText: 'The model runs on the processor (WASM) now' })).first()).toBeVisible({ timeout: 150_000 });
    await runFinished(page);
    expect(tokensOf(await downloadRun(page))).toEqual(tokensOf(whole));
    await session.detach().catch(() => undefined);
  });
});

for (const [when, code] of [
  ['before the model is loaded', () => {
    const request = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, descriptor) {
      const device = await request.call(this, descriptor);
      device.destroy();
      return device;
    };
  }],
  ['while the model is loading', () => {
    const request = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, descriptor) {
      const device = await request.call(this, descriptor);
      const create = device.createBuffer.bind(device);
      let buffers = 0;
      device.createBuffer = (wanted) => {
        // By then some weights are on the GPU.
        if (++buffers === 40) device.destroy();
        return create(wanted);
      };
      return device;
    };
  }],
] as const) {
  test(`a device that is lost ${when}: the processor takes over, with a notice, and makes the image`, async ({ page }) => {
    await beforeWorker(page, code);
    await mountPack(page, pico);
    await page.goto('/#pack=pico');
    await chip(page).click();
    await page.getByRole('radio', { name: 'WebGPU', exact: true }).click();
    await page.keyboard.press('Escape');
    await expect(messages(page).filter({ hasText: 'The model runs on the processor (WASM) now.' })).toBeVisible({ timeout: 150_000 });
    await expect(chip(page)).toHaveAttribute('data-model', 'ready');
    await expect(chip(page)).toContainText('WASM');
    await generate(page);
    await runFinished(page);
  });
}
