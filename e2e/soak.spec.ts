import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import type { TokenEvent } from '../engine/log.ts';
import type { Manifest } from '../engine/manifest.ts';
import type { InferenceClient } from '../src/inference/client.ts';
import { compiledCodeOf, heapsOf } from './heap.ts';
import { fixturePacks, readJson, shippedPacks } from './packs.ts';
import { downloadRun, generateButton, mountPack } from './studio-page.ts';
import { beforeWorker } from './worker-hook.ts';

/** `npm run test:soak` sets these; a short form runs with the other tests. */
const asked = process.env.STUDIO_SOAK_IMAGES;
const WITH_THE_OTHERS = { wasm: 12, webgpu: 4 } as Record<string, number>;

/** A token takes long on a software adapter, so WebGPU makes do with the smallest pack. */
const packOf = (project: string) => {
  const name = process.env.STUDIO_SOAK_PACK ?? (project === 'webgpu' ? 'pico' : 'nano');
  const pack = [...fixturePacks, ...shippedPacks].find((one) => one.name === name);
  if (!pack) throw new Error(`There is no pack "${name}".`);
  return pack;
};

interface Plan {
  images: number;
  /** The first images fill caches and pools; from this one on memory may grow by `most`. */
  settled: number;
  most: number;
}
/** In a short form the browser is still compiling: it finds what an image leaves behind, not a slow seepage. */
function planOf(project: string): Plan {
  const images = asked ? Number(asked) : WITH_THE_OTHERS[project]!;
  return images >= 30 ? { images, settled: 10, most: 0.05 } : { images, settled: Math.ceil(images / 3), most: 0.15 };
}
const REPORT = join(import.meta.dirname, 'artefacts', 'soak');

type Scope = { client: InferenceClient; wasmMemories: WebAssembly.Memory[] };
type Memory = Record<string, number>;

// A trace holds on to what the page lets go of.
test.use({ trace: 'off' });
test.setTimeout(120_000 + Number(asked ?? 12) * 30_000);

/** Every WebAssembly memory that the worker makes, so that its size can be read. */
const listMemories = () => {
  const made: WebAssembly.Memory[] = [];
  const Plain = WebAssembly.Memory;
  WebAssembly.Memory = class extends Plain {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      made.push(this);
    }
  };
  Object.assign(globalThis, { wasmMemories: made });
};

async function memoryOf(page: Page): Promise<Memory> {
  const heaps = await heapsOf(page);
  const code = await compiledCodeOf(page);
  const wasm = await page.workers()[0]!.evaluate(() => (globalThis as unknown as Scope).wasmMemories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0));
  return { 'page heap': heaps.page.heap, 'page heap without compiled code': heaps.page.heap - code, 'page buffers': heaps.page.buffers, 'worker heap': heaps.worker.heap, 'worker buffers': heaps.worker.buffers, wasm };
}

/**
 * Generates seeds `from` to `to`, one after the other, without the test's own functions: those run in the page's heap, and
 * the browser compiles them as well.
 */
const generate = (page: Page, from: number, to: number) => page.evaluate(async ([first, last]) => {
  const found = (selector: string) => document.querySelector<HTMLElement>(selector)!;
  const soon = () => new Promise((resolve) => setTimeout(resolve, 100));
  const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!;
  for (let seed = first; seed <= last; seed++) {
    set!.call(found('#seed'), String(seed));
    found('#seed').dispatchEvent(new Event('input', { bubbles: true }));
    await soon();
    found('.launch-action .primary').click();
    const late = performance.now() + 180_000;
    const done = () => found('.run-title').textContent.includes(`seed ${seed}`) && found('.run-title .chip')?.textContent === 'Generated here';
    while (!done()) {
      if (performance.now() > late) throw new Error(`Seed ${seed} was not made: ${found('.run-title').textContent}`);
      await soon();
    }
  }
}, [from, to] as const);

/** Bytes of the pictures in the history, which is kept on purpose, up to 200 runs. */
const historyOf = (page: Page) => page.evaluate(async () => {
  const answered = <T>(request: IDBRequest<T>) => new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error!);
  });
  // Opening it would make an empty one, before the studio has kept its first run.
  if (!(await indexedDB.databases()).some(({ name }) => name === 'dpar-studio')) return { runs: 0, bytes: 0 };
  const db = await answered(indexedDB.open('dpar-studio'));
  const entries = await answered(db.transaction('entries').objectStore('entries').getAll()) as { picture: Uint8Array | null }[];
  db.close();
  return { runs: entries.length, bytes: entries.reduce((sum, { picture }) => sum + (picture?.length ?? 0), 0) };
});

/** Memory over the images: fails where it has grown past the limit since it had settled; the figures go to a file. */
function judge(name: string, pack: string, { images, settled, most }: Plan, series: Record<number, Memory>, more: object = {}): void {
  const before = series[settled]!;
  const last = series[images]!;
  const growth = Object.fromEntries(Object.keys(last).map((key) => [key, last[key]! / before[key]! - 1]));
  mkdirSync(REPORT, { recursive: true });
  writeFileSync(join(REPORT, `${name}.json`), `${JSON.stringify({ pack, images, settled, growth, series, ...more }, null, 2)}\n`);
  const said = Object.entries(growth).map(([key, part]) => `${key} ${last[key]!.toLocaleString('en')} (${(100 * part).toFixed(2)} %)`);
  console.log(`soak, ${name}, ${pack}: ${said.join(', ')} after image ${images} against image ${settled}`);
  expect(Object.entries(growth).filter(([, part]) => part > most), `has grown by more than ${100 * most} %`).toEqual([]);
}

/** Measured once settled, at the end, and ten times on the way. */
const isDue = (image: number, { images, settled }: Plan) => image === settled || image === images || image % Math.ceil(images / 10) === 0;

test('many images in a row in the studio: memory stays what it was', async ({ page }, { project }) => {
  const plan = planOf(project.name);
  test.skip(project.name !== 'wasm', 'what the page holds does not depend on the backend: run on WASM');
  const pack = packOf(project.name);
  await beforeWorker(page, listMemories);
  await mountPack(page, pack);
  await page.goto(`/#pack=${pack.name}`);
  await expect(page.locator('.status-chip')).toHaveAttribute('data-model', 'ready', { timeout: 120_000 });
  await expect(generateButton(page)).toBeEnabled();
  const series: Record<number, Memory> = {};
  let made = 0;
  for (let image = 1; image <= plan.images; image++) {
    if (!isDue(image, plan)) continue;
    await generate(page, made + 1, image);
    made = image;
    await expect.poll(() => historyOf(page).then(({ runs }) => runs)).toBe(image);
    const memory = await memoryOf(page);
    series[image] = { ...memory, 'page buffers': memory['page buffers']! - (await historyOf(page)).bytes };
  }
  expect((await downloadRun(page)).header.seed).toBe(plan.images);
  judge('studio', pack.name, plan, series, { history: await historyOf(page) });
});

test('one seed many times: the same tokens every time, and nothing left behind', async ({ page }, { project }) => {
  const plan = planOf(project.name);
  const backend = project.name === 'webgpu' ? 'webgpu' : 'wasm';
  const pack = packOf(project.name);
  await beforeWorker(page, listMemories);
  await page.goto('/e2e/pages/inference.html');
  await page.waitForFunction(() => 'client' in globalThis);
  const loaded = await page.evaluate(async ([path, wanted]) => {
    const { ok, ...rest } = await (globalThis as unknown as Scope).client.load({ manifestUrl: new URL(path, location.origin).href, backend: wanted }, () => undefined);
    return { ok, message: 'message' in rest ? rest.message : '' };
  }, [pack.manifest, backend] as const);
  expect(loaded).toMatchObject({ ok: true });

  const { defaults } = readJson(pack, 'manifest.json') as Manifest;
  const once = () => page.evaluate(async (settings) => {
    const tokens: number[] = [];
    const take = (_: number, events: TokenEvent[]) => void tokens.push(...events.map(({ token }) => token));
    const result = await (globalThis as unknown as Scope).client.generate([{ class: 1, seed: 7, settings }], take, () => undefined);
    if (!result.ok) throw new Error(JSON.stringify(result));
    return { ...result.value[0]!, all: tokens.join() };
  }, defaults);

  const seen = new Set<string>();
  const series: Record<number, Memory> = {};
  for (let image = 1; image <= plan.images; image++) {
    const { complete, digest, all, gpuMemory } = await once();
    expect(complete).toBe(true);
    seen.add(`${digest} ${all}`);
    if (isDue(image, plan)) series[image] = { ...await memoryOf(page), ...(gpuMemory && { gpu: gpuMemory.bytes, 'gpu, number of buffers': gpuMemory.buffers }) };
  }
  expect(seen.size, 'different results of one seed').toBe(1);
  judge(backend, pack.name, plan, series, { digest: [...seen][0]!.split(' ')[0] });
});
