/** The decode loop: a batch of images, pass by pass, patch by patch (docs/model.md "Incremental decoding"). */
import { secondRows } from './against.ts';
import { clock } from './clock.ts';
import { checkBatch, type DecodeRequest } from './decode-request.ts';
import type { DecodeGraphs, Timed, TokenResult } from './graphs.ts';
import { ImageState } from './image-state.ts';
import type { Stage, TokenEvent } from './log.ts';
import type { Kind, Manifest } from './manifest.ts';
import { choose, nullEntropyOf } from './sampling.ts';

export type { DecodeRequest };

export interface DecodeOptions {
  /**
   * Positions of each image that a pass decodes, at most: no token depends on it (engine/window.ts). Default: that of the first
   * request's settings, else 1; fewer where the graphs take fewer.
   */
  window?: number;
  /** Clock in milliseconds, for tests. */
  now?: () => number;
}

/** What a pass did for one image. */
export interface ImagePass {
  /** Index of its request. */
  image: number;
  /** Of the tokens that it settled, in order: at least one. */
  events: TokenEvent[];
  /** Guesses at the tokens behind them. */
  drafts: number[];
}

/** The stage that each step of a kind is logged as; null where no graph runs. */
const stages = {
  dpar: { patch: 'patchTransformer', logits: 'decoder', token: 'encoder' },
  gpt: { patch: null, logits: 'gpt', token: null },
} as const satisfies Record<Kind, Record<string, Stage | null>>;

/**
 * Decodes all requests and yields what each pass did for every image, after all graphs that read its tokens have run. A pass
 * asks the gate along each image's window, runs the patch transformer on the patches that close in it (slot 0 on the class,
 * slot m on patch m - 1), decodes every position of the window and settles tokens (engine/window.ts). Images that are complete
 * leave. A stage's time is that of the whole pass, which served all images and all tokens that took part.
 */
export async function* decode(
  graphs: DecodeGraphs, manifest: Manifest, requests: readonly DecodeRequest[], { now = clock, window = requests[0]?.settings.window ?? 1 }: DecodeOptions = {},
): AsyncGenerator<ImagePass[], void, void> {
  checkBatch(manifest, requests);
  const stage = stages[manifest.kind];
  const positions = Math.max(1, Math.min(window, graphs.mostPositions));
  const all = requests.map((request, image) => new ImageState(image, request, manifest, positions));
  const going = () => all.filter((image) => !image.ended);
  const timed: Timed = async (name, of, work) => {
    const start = now();
    const value = await work();
    // Whole microseconds: clocks give no more, and runs stay small.
    if (name !== null) for (const image of new Set(of.map((one) => one.image))) all[image]!.times[name] = Math.round(((all[image]!.times[name] ?? 0) + now() - start) * 1000) / 1000;
    return value;
  };
  if (going().length === 0) return;
  const batch = graphs.begin(requests.map((request) => request.class), secondRows(manifest, requests), positions);
  const { tokenStep } = batch;
  /** Encoder and entropy model read what settled, and the drafts behind it. */
  const feed = async (images: readonly ImageState[]) => {
    const fed = images.flatMap((image) => image.feeds());
    if (fed.length > 0) await timed(stage.token, fed, () => batch.encoderStep(fed));
    const scored = fed.filter(({ image }) => all[image]!.scored);
    if (scored.length === 0) return;
    const entropies = await timed('entropy', scored, () => batch.entropyStep(scored));
    for (const [i, { image, t }] of scored.entries()) all[image]!.learn(t + 1, entropies[i]!);
  };
  await feed(going());
  for (let images = going(); images.length > 0; images = going()) {
    const opened = images.flatMap((image) => image.openPatches());
    if (opened.length > 0) await timed(stage.patch, opened, () => batch.patchStep(opened));
    const asked = images.map((image) => image.requests());
    let settled: TokenEvent[][];
    if (tokenStep) {
      const [image] = images as [ImageState];
      const { results, entropies } = await tokenStep(asked[0]!, image.draftsBehind(), image.scored, timed);
      // Of a token of this pass an entropy comes once more, perhaps a rounding apart: what settles keeps the one that the gate has used.
      settled = [image.settle(results)];
      for (let i = 0; i < entropies.length; i++) image.learn(asked[0]![0]!.t + 1 + i, entropies[i]!);
    } else {
      const tokens = asked.flat();
      const logits = await timed(stage.logits, tokens, () => batch.decoderStep(tokens));
      const results: TokenResult[] = [];
      for (const [i, token] of tokens.entries()) {
        results.push(await timed('sampling', [token], () => ({
          choice: choose(logits[i]!, token.rules, { seed: token.seed, t: token.t }, token.forced), nullEntropy: token.nullEntropy ? nullEntropyOf(logits[i]!) : null,
        })));
      }
      settled = images.map((image, i) => image.settle(results.splice(0, asked[i]!.length)));
      await feed(images);
    }
    yield images.map(({ image, drafts }, i) => ({ image, events: settled[i]!, drafts }));
    for (const image of images) image.times = {};
  }
}

/** The events of one image, decoded alone. */
export async function* decodeOne(graphs: DecodeGraphs, manifest: Manifest, request: DecodeRequest, options?: DecodeOptions): AsyncGenerator<TokenEvent, void, void> {
  for await (const [image] of decode(graphs, manifest, [request], options)) yield* image!.events;
}
