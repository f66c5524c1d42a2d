/** Decodes a batch of pictures, one or several: events and previews of every image as they come, and a report for each. */
import { decode, type ImagePass } from '../engine/decode.ts';
import { StudioError } from '../engine/errors.ts';
import { digest, startsOf, tokensOf, type TokenEvent } from '../engine/log.ts';
import type { GenerateReport, GenerateRequest, WorkerEvent } from './messages.ts';
import type { Model } from './model.ts';
import { Preview } from './preview.ts';

/** Events are sent about once a frame. */
const SEND_MS = 16;

export interface GenerateContext {
  signal: AbortSignal;
  report: (event: WorkerEvent) => void;
  /** Throws where the device is lost: what it gave last is not taken. */
  check: () => void;
  /** Resolves once a loss of the device has been reported, or would have been. */
  lossKnown: () => Promise<void>;
  /** Lets messages in. */
  breathe: () => Promise<void>;
  gpuMemory: () => GenerateReport['gpuMemory'];
}

/** What an image has and how much of it the page knows. */
interface Made {
  events: TokenEvent[];
  /** The page has as many from before the run was interrupted. */
  known: number;
  sent: number;
  painted: number;
  /** Guesses at the tokens after the events, where a pass settles several. */
  drafts: readonly number[];
  /** Passes settled some of them before the window changed. */
  mixed: boolean;
}

/**
 * Positions a pass: those asked for, else those that are fastest here; of several images at once, one, since their rows fill a
 * pass already. One, too, once graphs have failed with several.
 */
function windowOf({ oneAPass, window, graphs }: Model, requests: readonly GenerateRequest[]): number {
  if (oneAPass) return 1;
  return Math.min(graphs.mostPositions, requests[0]!.settings.window ?? (requests.length > 1 ? 1 : window));
}

/** The passes of a run. Where graphs fail with several positions, the run goes on from its log with one, and so do those after it. */
async function* passes(model: Model, requests: readonly GenerateRequest[], { signal, report, check, lossKnown }: GenerateContext, made: readonly Made[]): AsyncGenerator<ImagePass[], void, void> {
  const { graphs, pack: { manifest } } = model;
  const window = windowOf(model, requests);
  try {
    yield* decode(graphs, manifest, requests.map((request) => ({ ...request, signal })), { window });
  } catch (error) {
    if (window === 1 || !(error instanceof StudioError) || error.code !== 'graph-failed') throw error;
    await lossKnown();
    check();
    model.oneAPass = true;
    report({ kind: 'one-a-pass', reason: error.detail ?? error.phrase });
    const again = requests.map((request, i) => {
      const { events } = made[i]!;
      // Of a run taken up, what the failed passes did not come to stands in its log.
      return { ...request, signal, resume: [...events, ...(request.resume ?? []).slice(events.length)] };
    });
    for (const [i, image] of made.entries()) {
      image.mixed = image.events.length > (requests[i]!.resume?.length ?? 0);
      image.known = image.sent;
      image.events.length = 0;
    }
    yield* decode(graphs, manifest, again, { window: 1 });
  }
}

export async function generate(model: Model, requests: readonly GenerateRequest[], context: GenerateContext): Promise<GenerateReport[]> {
  const { report, check, breathe, gpuMemory } = context;
  const { graphs, pictures, pack: { manifest }, neutral, paintMs } = model;
  const preview = new Preview(pictures, manifest, neutral, paintMs);
  const images = requests.map(({ resume = [] }): Made => ({ events: [], known: resume.length, sent: resume.length, painted: 0, drafts: [], mixed: false }));
  const began = performance.now();
  let flushed = began;
  let turn = 0;
  const flush = () => {
    // Empty while interrupted runs are decoded up to where they were: a sign of life.
    for (const [image, made] of images.entries()) {
      report({ kind: 'events', image, events: made.events.slice(made.sent), drafts: made.drafts, window: made.mixed ? null : windowOf(model, requests) });
      made.sent = Math.max(made.sent, made.events.length);
    }
    flushed = performance.now();
  };
  const paint = async (image: number, from: number) => {
    const made = images[image]!;
    if (made.events.length <= from) return;
    made.painted = made.events.length;
    const picture = await preview.paint(image, tokensOf(made.events));
    flush();
    report({ kind: 'picture', image, picture });
  };
  try {
    for await (const pass of passes(model, requests, context, images)) {
      check();
      for (const { image, events, drafts } of pass) {
        images[image]!.events.push(...events);
        // One is the token above, no answer of the model.
        images[image]!.drafts = drafts.length > 1 ? drafts : [];
      }
      if (performance.now() - flushed >= SEND_MS) flush();
      if (preview.due) {
        // One picture at a time: as seldom for all images together as for a single one.
        const image = turn++ % images.length;
        await paint(image, Math.max(images[image]!.known, images[image]!.painted));
      }
      await breathe();
    }
    // Of a run stopped on the way to where it was, the page has the longer picture.
    for (const [image, { events, known, painted }] of images.entries()) if (events.length >= known) await paint(image, painted);
  } finally {
    graphs.dispose();
  }
  return images.map(({ events }) => ({
    digest: digest(tokensOf(events), startsOf(events), manifest.grid.width),
    complete: events.length === manifest.grid.tokens,
    tokens: events.length,
    times: { total: performance.now() - began, preview: preview.spent },
    gpuMemory: gpuMemory(),
  }));
}
