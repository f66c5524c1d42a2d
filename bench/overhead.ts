import type { Stage } from '../engine/log.ts';
import { interleaved, type Bench, type Context } from './harness.ts';
import { insideRuntime, measureImage, type ImageTimes } from '../engine/measure.ts';
import { imageOf, lengthIn } from './lib/requests.ts';
import { summary } from '../engine/statistics.ts';

const graphStages: Stage[] = ['entropy', 'encoder', 'patchTransformer', 'decoder', 'gpt'];

/** Shares of an image's time: inside onnxruntime's run, feeding graphs and taking their outputs, sampling, the rest of the loop. */
function shares(image: ImageTimes) {
  const inside = insideRuntime(image);
  const stages = graphStages.reduce((sum, stage) => sum + (image.stages[stage] ?? 0), 0);
  const sampling = image.stages.sampling ?? 0;
  return { outside: 1 - inside / image.ms, feeding: (stages - inside) / image.ms, sampling: sampling / image.ms, loop: 1 - (stages + sampling) / image.ms };
}

async function run({ repeats, limit, pack: folder, host }: Context) {
  const { pack: { manifest }, runner } = await host.node(folder);
  const page = await host.remote();
  await page.open(host.address(folder), 1);
  const times = await interleaved({
    wasm: (round) => page.image(imageOf(manifest, round), lengthIn(round, limit)),
    node: (round) => measureImage(runner, manifest, imageOf(manifest, round), lengthIn(round, limit)),
  }, { repeats });
  await page.close();
  const row = (backend: string, images: ImageTimes[]) => {
    const all = images.map(shares);
    return {
      backend, 'ms per token': summary(images.map((image) => image.ms / image.tokens.length)),
      'outside onnxruntime': summary(all.map(({ outside }) => outside)), 'of which feeding graphs': summary(all.map(({ feeding }) => feeding)),
      'sampling': summary(all.map(({ sampling }) => sampling)), 'loop and log': summary(all.map(({ loop }) => loop)),
    };
  };
  const rows = [row('WASM, 1 thread', times.wasm), row('onnxruntime-node, 1 thread', times.node)];
  return { rows, ratio: rows[0]!['outside onnxruntime'] };
}

export const bench: Bench = {
  name: 'overhead',
  title: 'Time of a decode step outside onnxruntime',
  about: "The share of an image's time that is not spent inside a graph's run. It goes into preparing inputs and copying outputs, guidance and sampling, the loop and the event log. What onnxruntime-web itself spends in JavaScript counts as inside.",
  goal: { text: 'at most 0.05 of the time (WASM)', atMost: 0.05 },
  run,
};
