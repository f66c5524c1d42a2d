/** Where benches run: sessions of onnxruntime-node here, pages in Chromium, files made by Python. All are opened when first asked for. */
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { build } from 'vite';
import { chromiumPath } from '../../scripts/chromium.ts';
import { StudioError } from '../../engine/errors.ts';
import type { DparManifest, Kind } from '../../engine/manifest.ts';
import { say } from '../../engine/phrase.ts';
import { listPacks, readPack, type Pack } from '../../node/pack.ts';
import { NodeRunner } from '../../node/runtime.ts';
import { ensurePython, python } from '../../scripts/python.mjs';
import { run } from '../../scripts/run.mjs';
import { ortWasm } from '../../scripts/site/ort-wasm.ts';
import type { BenchPage } from '../pages/bench.ts';
import { lastChange } from './changed.ts';
import { StaticServer } from './server.ts';

const root = resolve(import.meta.dirname, '../..');
/** Ignored by git: everything in it can be made again. */
export const cache = join(root, '.cache', 'bench');

/** onnxruntime-web as transformers.js has it: a version of its own. */
function peerRuntime(): string {
  const peer = createRequire(import.meta.url).resolve('@huggingface/transformers');
  return dirname(createRequire(peer).resolve('onnxruntime-web'));
}

/** Calls a function of bench/pages/bench.ts in its page. */
export type Remote = { [K in keyof BenchPage]: (...args: Parameters<BenchPage[K]>) => Promise<Awaited<ReturnType<BenchPage[K]>>> };

export class Host {
  #site: Promise<StaticServer & { origin: string }> | null = null;
  #browser: Promise<Browser> | null = null;
  #gpuBrowser: Promise<Browser> | null = null;
  readonly #closing: (() => Promise<unknown>)[] = [];

  /** Runs `python -m models bench ...` unless `out` is there and newer than the Python side's code and the pack it is made of. */
  make(out: string, marker: string, args: readonly string[], pack?: string): string {
    const made = join(out, marker);
    if (!existsSync(made) || statSync(made).mtimeMs < lastChange(root, pack)) {
      ensurePython();
      run(python, ['-m', 'models', 'bench', ...args], { OMP_NUM_THREADS: '1' });
    }
    return out;
  }

  /** Graphs over whole prefixes on the weights of a pack. */
  whole(pack: string): string {
    const out = join(cache, 'whole', pack.split(/[\\/]/).at(-1)!);
    return this.make(out, 'decoder_prefix.onnx', ['whole', '--pack', pack, '--out', out], pack);
  }

  /** The pack in every variant there is, on its own weights. */
  variants(pack: string): string {
    const out = join(cache, 'variants', pack.split(/[\\/]/).at(-1)!);
    return this.make(out, 'manifest.json', ['variants', '--pack', pack, '--out', out], pack);
  }

  /** A pack with random weights; kind gpt is the token-by-token baseline of the size. */
  random(size: string, width: number, kind: Kind = 'dpar'): string {
    const out = join(cache, 'packs');
    const folder = join(out, `random-${kind}-${size}-${width * width}`);
    return this.make(folder, 'manifest.json', ['random', '--size', size, '--width', String(width), '--model', kind, '--out', out]);
  }

  /** The site's pack of kind gpt on the same tokens, else one with random weights; null where there is none of the size. */
  async baseline(manifest: DparManifest): Promise<string | null> {
    const models = join(root, 'public', 'models');
    const { dim, heads, encoderBlocks, patchTransformerBlocks, decoderBlocks } = manifest.model;
    const blocks = encoderBlocks + patchTransformerBlocks + decoderBlocks;
    for (const name of listPacks(models)) {
      const { manifest: other } = await readPack(join(models, name));
      const fits = other.kind === 'gpt' && other.model.dim === dim && other.model.blocks === blocks && other.vocab === manifest.vocab && other.grid.tokens === manifest.grid.tokens;
      if (fits) return join(models, name);
    }
    return dim === 256 && heads === 4 && blocks === 12 && manifest.vocab === 1024 ? this.random('pack', manifest.grid.width, 'gpt') : null;
  }

  /** A random GPT for transformers.js. */
  peer(dim: number, heads: number, blocks: number, vocab: number): string {
    const out = join(cache, 'peer', `${dim}-${heads}-${blocks}-${vocab}`);
    const sizes = Object.entries({ dim, heads, blocks, vocab }).flatMap(([name, value]) => [`--${name}`, String(value)]);
    return this.make(out, 'config.json', ['peer', '--out', out, ...sizes]);
  }

  /** A pack and its runner on onnxruntime-node. */
  async node(folder: string, threads = 1, variant?: string): Promise<{ pack: Pack; runner: NodeRunner }> {
    const pack = await readPack(folder);
    const runner = new NodeRunner(pack, { threads, ...(variant !== undefined && { variant }) });
    this.#closing.push(() => runner.release());
    return { pack, runner };
  }

  async chromiumVersion(): Promise<string> {
    return (await this.browser()).version();
  }

  browser(): Promise<Browser> {
    return (this.#browser ??= (async () => {
      const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox', '--disable-gpu'] });
      this.#closing.push(() => browser.close());
      return browser;
    })());
  }

  /** With WebGPU: that of the machine, or the software adapter where there is none. */
  gpuBrowser(): Promise<Browser> {
    return (this.#gpuBrowser ??= (async () => {
      const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox', '--enable-unsafe-webgpu'] });
      this.#closing.push(() => browser.close());
      return browser;
    })());
  }

  /** The pages of bench/pages, built; packs of the site at /models/, those made here at /bench/. */
  site(): Promise<StaticServer & { origin: string }> {
    return (this.#site ??= (async () => {
      const outDir = join(cache, 'site');
      await build({
        configFile: false, root, base: './', logLevel: 'error', publicDir: false, plugins: [ortWasm()],
        build: { target: 'es2022', outDir, emptyOutDir: true, chunkSizeWarningLimit: 2000, rolldownOptions: { input: ['bench/pages/bench', 'bench/pages/peer', 'e2e/pages/gpu'].map((page) => join(root, `${page}.html`)) } },
      });
      return this.serve([['/models/', join(root, 'public', 'models')], ['/bench/files/', cache], ['/bench/runtime/', peerRuntime()], ['/', outDir]]);
    })());
  }

  /** The studio as it is built for a host, at an address of its own. */
  async studio(): Promise<StaticServer & { origin: string }> {
    const outDir = join(cache, 'studio');
    await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
    return this.serve([['/', outDir]]);
  }

  async serve(mounts: readonly (readonly [string, string])[]): Promise<StaticServer & { origin: string }> {
    const server = new StaticServer(mounts);
    const origin = await server.listen();
    this.#closing.push(() => server.close());
    return Object.assign(server, { origin });
  }

  /** A page of bench/pages, in a browser profile of its own. */
  async page(name: 'bench' | 'peer', browser = this.browser()): Promise<Page> {
    const { origin } = await this.site();
    const page = await (await browser).newPage();
    page.on('pageerror', (error) => console.error(`page: ${error.message}`));
    await page.goto(`${origin}/bench/pages/${name}.html`);
    await page.waitForFunction(() => 'bench' in globalThis);
    return page;
  }

  /** The functions of bench/pages/bench.ts in a new page, of a browser with WebGPU or without. */
  async remote(backend: 'wasm' | 'webgpu' = 'wasm'): Promise<Remote & { close(): Promise<void> }> {
    const page = await this.page('bench', backend === 'webgpu' ? this.gpuBrowser() : this.browser());
    const call = (name: string) => (...args: unknown[]) => page.evaluate(
      ([method, values]) => (globalThis as unknown as { bench: Record<string, (...values: unknown[]) => unknown> }).bench[method]!(...values), [name, args] as const,
    );
    const names: (keyof BenchPage)[] = ['open', 'openGpu', 'image', 'batch', 'step', 'openWhole', 'whole', 'copying', 'release'];
    return { ...(Object.fromEntries(names.map((name) => [name, call(name)])) as unknown as Remote), close: () => page.close() };
  }

  /** Address at which the pages find a pack's folder. */
  address(folder: string): string {
    const mounts = [[join(root, 'public', 'models'), '/models/'], [cache, '/bench/files/']] as const;
    const mount = mounts.find(([at]) => !relative(at, resolve(folder)).startsWith('..'));
    if (!mount) throw new StudioError('bad-argument', say`${folder}: packs for the browser lie in public/models or .cache/bench.`);
    return mount[1] + relative(mount[0], resolve(folder)).replaceAll('\\', '/');
  }

  async close(): Promise<void> {
    for (const close of this.#closing.reverse()) await close();
    this.#closing.length = 0;
    this.#site = null;
    this.#browser = null;
    this.#gpuBrowser = null;
  }
}
