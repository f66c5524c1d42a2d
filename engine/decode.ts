/** The decode loop: a batch of images, token by token, patch by patch (docs/model.md "Incremental decoding"). */
import { clock } from './clock.ts';
import { checkBatch, type DecodeRequest } from './decode-request.ts';
import type { DecodeGraphs, Timed, TokenRequest, TokenResult } from './graphs.ts';
import { ImageState } from './image-state.ts';
import type { Stage, TokenEvent } from './log.ts';
import type { Kind, Manifest } from './manifest.ts';
import { choose, groupsOf, nullEntropyOf } from './sampling.ts';

export type { DecodeRequest };

export interface DecodeOptions {
  /** Clock in milliseconds, for tests. */
  now?: () => number;
}

export interface ImageEvent {
  /** Index of its request. */
  image: number;
  event: TokenEvent;
}

/** The stage that each step of a kind is logged as; null where no graph runs. */
const stages = {
  dpar: { patch: 'patchTransformer', logits: 'decoder', token: 'encoder' },
  gpt: { patch: null, logits: 'gpt', token: null },
} as const satisfies Record<Kind, Record<string, Stage | null>>;

/**
 * Decodes all requests and yields the events of each pass, one an image, after all graphs that read its token have run. The
 * patch transformer runs once per patch: slot 0 on the class, slot m on patch m - 1 when patch m opens. Images that are
 * complete leave. A stage's time is that of the whole run, which served all images that took part.
 */
export async function* decode(graphs: DecodeGraphs, manifest: Manifest, requests: readonly DecodeRequest[], { now = clock }: DecodeOptions = {}): AsyncGenerator<ImageEvent[], void, void> {
  checkBatch(manifest, requests);
  const stage = stages[manifest.kind];
  const all = requests.map((request, image) => new ImageState(image, request, manifest));
  const going = () => all.filter((image) => !image.ended);
  const timed: Timed = async (name, of, work) => {
    const start = now();
    const value = await work();
    // Whole microseconds: clocks give no more, and runs stay small.
    if (name !== null) for (const { image } of of) all[image]!.times[name] = Math.round((now() - start) * 1000) / 1000;
    return value;
  };

  if (going().length === 0) return;
  await graphs.begin(groupsOf(requests[0]!.settings), requests.map((request) => request.class));
  const tokenStep = graphs.tokenStep ?? ((tokens: readonly TokenRequest[]) => onHost(graphs, stage, tokens, timed));
  for (let images = going(); images.length > 0; images = going()) {
    const opened = images.flatMap((image) => image.openPatch() ?? []);
    if (opened.length > 0) await timed(stage.patch, opened, () => graphs.patchStep(opened));
    const results = await tokenStep(images.map((image) => image.nextToken()), timed);
    yield images.map((state, i) => ({ image: state.image, event: state.settle(results[i]!) }));
  }
}

/** A token of each image: decoder, sampling on the processor, encoder and entropy model. */
async function onHost(graphs: DecodeGraphs, stage: (typeof stages)[Kind], tokens: readonly TokenRequest[], timed: Timed): Promise<TokenResult[]> {
  const logits = await timed(stage.logits, tokens, () => graphs.decoderStep(tokens));
  const results: TokenResult[] = [];
  for (const [i, token] of tokens.entries()) {
    results.push(await timed('sampling', [token], () => ({
      choice: choose(logits[i]!, token.rules, { seed: token.seed, t: token.t }, token.forced), entropy: null, nullEntropy: token.nullEntropy ? nullEntropyOf(logits[i]!) : null,
    })));
  }
  const steps = tokens.map(({ image, t, feed }, i) => ({ image, t, token: results[i]!.choice.token, feed, result: results[i]! }));
  const fed = steps.filter(({ feed }) => feed !== 'none');
  if (fed.length > 0) await timed(stage.token, fed, () => graphs.encoderStep(fed));
  const scored = fed.filter(({ feed }) => feed === 'all');
  if (scored.length === 0) return results;
  const entropies = await timed('entropy', scored, () => graphs.entropyStep(scored));
  for (const [i, { result }] of scored.entries()) result.entropy = entropies[i]!;
  return results;
}

/** The events of one image, decoded alone. */
export async function* decodeOne(graphs: DecodeGraphs, manifest: Manifest, request: DecodeRequest, options?: DecodeOptions): AsyncGenerator<TokenEvent, void, void> {
  for await (const pass of decode(graphs, manifest, [request], options)) yield pass[0]!.event;
}
