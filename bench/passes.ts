import { measureImage, type ImageTimes } from '../engine/measure.ts';
import { ratios, summary } from '../engine/statistics.ts';
import { interleaved, type Bench, type Contestant, type Context } from './harness.ts';
import { onGpuPage, type GpuScope } from './lib/gpu-page.ts';
import { imageOf, lengthIn } from './lib/requests.ts';
import type { Row } from './lib/table.ts';

const WINDOWS = [1, 4, 8, 16, 32];
/** The window that the goal is about; on WebGPU the largest one, too (engine/decode-graphs.ts). */
const GOAL = 16;

async function run({ repeats, limit, pack: folder, host, log }: Context) {
  const { pack: { manifest }, runner } = await host.node(folder);
  const page = await host.remote();
  await page.open(host.address(folder), 1);
  const backends = {
    'WASM, 1 thread': (...what: [ReturnType<typeof imageOf>, number | null]) => page.image(...what),
    'onnxruntime-node, 1 thread': (...what: [ReturnType<typeof imageOf>, number | null]) => measureImage(runner, manifest, ...what),
  };
  const contestants: Record<string, Contestant<ImageTimes>> = {};
  for (const [backend, measure] of Object.entries(backends)) {
    for (const window of WINDOWS) contestants[`${backend} ${window}`] = (round) => measure(imageOf(manifest, round, { window }), lengthIn(round, limit));
  }
  const times = await interleaved(contestants, { repeats });
  await page.close();
  const same = (a: ImageTimes[], b: ImageTimes[]) => a.filter((image, i) => {
    const most = Math.min(image.tokens.length, b[i]!.tokens.length);
    return image.tokens.slice(0, most).join() === b[i]!.tokens.slice(0, most).join();
  }).length;
  const rows = Object.keys(backends).flatMap((backend) => WINDOWS.map((window) => {
    const [own, one] = [times[`${backend} ${window}`]!, times[`${backend} 1`]!];
    return {
      backend, window, class: 'in turn', 'passes an image': summary(own.map(({ passes }) => passes)), 'ms an image': summary(own.map(({ ms }) => ms)),
      'time over that of window 1': ratios(own.map(({ ms }) => ms), one.map(({ ms }) => ms)), 'images of the same tokens': `${same(own, one)} of ${own.length}`,
    };
  }));
  const byClass: Row[] = [];
  for (const [index, { label }] of manifest.classes.entries()) {
    for (const window of WINDOWS.slice(1)) {
      const { passes } = await measureImage(runner, manifest, { ...imageOf(manifest, index, { window }), class: index }, limit);
      byClass.push({ backend: 'onnxruntime-node, 1 thread', window, class: label, 'passes an image': summary([passes]) });
    }
  }
  const plain = manifest.kind === 'dpar' ? await host.baseline(manifest) : null;
  const packs = [manifest, ...(plain ? [(await host.node(plain)).pack.manifest] : [])];
  const exported = packs.flatMap((pack) => (pack.passes?.by ?? []).map(({ window, mean }): Row => ({ backend: `PyTorch, ${pack.passes!.images} images of ${pack.title}`, window, class: 'in turn', 'passes an image': mean })));
  const want = await measureImage(runner, manifest, imageOf(manifest, 0), limit);
  return onGpuPage(host, 3_600_000, async (gpu, name) => {
    log(`WebGPU: ${name}`);
    const counts: Row[] = [];
    let share = Infinity;
    for (const window of WINDOWS.filter((one) => one <= GOAL)) {
      const got = await gpu.evaluate(([path, seed, cut, positions]) => (globalThis as unknown as GpuScope).gpu.run(path, seed, {}, false, cut, positions),
        [`${host.address(folder)}/manifest.json`, 0, limit, window] as const);
      const equal = got.tokens.every((token, t) => token === want.tokens[t]);
      const total = (key: 'launches' | 'submits') => got.steps.reduce((sum, step) => sum + step[key], 0);
      counts.push({
        backend: `WebGPU, ${name}`, window, class: manifest.classes[0]!.label, 'passes an image': summary([got.passes]), 'images of the same tokens': equal ? '1 of 1' : '0 of 1',
        'waits an image': got.waits, 'kernel launches': total('launches'), 'command buffers': total('submits'),
      });
      // Tokens that are not those of one a pass would be worth no wait at all.
      if (window === GOAL && equal) share = got.waits / got.tokens.length;
    }
    return { rows: [...rows, ...byClass, ...counts, ...exported], ratio: summary([share]) };
  });
}

export const bench: Bench = {
  name: 'passes',
  title: 'Passes of an image by window',
  about: 'Several tokens settle in one pass, and they are those of one token a pass (engine/window.ts). Whole images of the pack\'s own settings, classes in turn, each seed with every window: passes, time, and whether tokens are equal. On WebGPU one image is counted with each window, not timed. A software adapter computes kernels on the processor, where rows are not free; windows end at 16 there. What the exporter counted for the manifests stands last. The ratio is the waits of the image on WebGPU over its tokens, with a window of 16.',
  goal: { text: 'at most a third of a wait a token with a window of 16, tokens equal', atMost: 1 / 3, always: true },
  run,
};
