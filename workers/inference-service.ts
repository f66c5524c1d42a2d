import { transfer } from 'comlink';
import { decode } from '../engine/decode.ts';
import { StudioError } from '../engine/errors.ts';
import { digest, startsOf, tokensOf, type TokenEvent } from '../engine/log.ts';
import type { GenerateReport, GenerateRequest, LoadReport, LoadRequest, Notice, Notify, Picture, Result } from './messages.ts';
import { closeModel, openModel, type Model } from './model.ts';
import { Preview } from './preview.ts';
import { SerialQueue } from './queue.ts';
import { asResult } from './results.ts';
import type { Gpu } from './runtime.ts';

/** Events are sent in batches, about one a frame. */
const BATCH_MS = 16;

/** Lets messages such as `stop` in: on the processor a graph's promise settles without ever leaving the task. */
const breathe = () => new Promise<void>((resolve) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    resolve();
  };
  port2.postMessage(null);
});

/** What the page can ask of the worker. Every call resolves to a `Result`; `load` and `generate` exclude each other. */
export class InferenceService {
  readonly #queue = new SerialQueue();
  readonly #device: { gpu?: Gpu | null } = {};
  #notify: Notify = () => undefined;
  #told: unknown;
  #model: Model | null = null;
  #abort: AbortController | null = null;
  #lost = false;

  /** One callback for all notices, given once. */
  connect(notify: Notify): void {
    this.#notify = notify;
  }

  load(request: LoadRequest): Promise<Result<LoadReport>> {
    return this.#call(async () => {
      if (this.#model) await closeModel(this.#model);
      this.#model = null;
      const { model, report } = await openModel(request, this.#queue, (progress) => this.#tell({ kind: 'progress', progress }), this.#device);
      this.#model = model;
      void this.#device.gpu?.device.lost.then(() => { this.#lost = true; });
      return report;
    });
  }

  generate(request: GenerateRequest): Promise<Result<GenerateReport>> {
    return this.#call(() => this.#generate(this.#ready(), request));
  }

  /** Ends the run after the token under way. */
  stop(): void {
    this.#abort?.abort();
  }

  paint(tokens: number[]): Promise<Result<Picture>> {
    return this.#call(async () => {
      const { pictures, pack, neutral } = this.#ready();
      const { grid, vocab, name } = pack.manifest;
      const wrong = tokens.findIndex((token) => !Number.isInteger(token) || token < 0 || token >= vocab);
      if (wrong >= 0 || tokens.length > grid.tokens) {
        throw new StudioError('bad-argument', `The pack ${name} paints up to ${grid.tokens} tokens from 0 to ${vocab - 1}.`);
      }
      const picture = await new Preview(pictures, pack.manifest, neutral).paint(tokens);
      return transfer(picture, [picture.rgba.buffer]);
    });
  }

  async #generate(model: Model, request: GenerateRequest): Promise<GenerateReport> {
    if (this.#abort) throw new StudioError('busy', 'A picture is already being made. Stop it first.');
    const abort = this.#abort = new AbortController();
    const { graphs, pictures, pack, neutral } = model;
    const began = performance.now();
    const preview = new Preview(pictures, pack.manifest, neutral);
    const events: TokenEvent[] = [];
    let sent = 0;
    let flushed = began;
    const flush = () => {
      if (sent < events.length) this.#tell({ kind: 'events', events: events.slice(sent) });
      sent = events.length;
      flushed = performance.now();
    };
    const show = async () => {
      const picture = await preview.paint(tokensOf(events));
      flush();
      this.#tell({ kind: 'picture', picture });
    };
    try {
      for await (const event of decode(graphs, pack.manifest, { ...request, signal: abort.signal })) {
        events.push(event);
        if (performance.now() - flushed >= BATCH_MS) flush();
        if (preview.due) await show();
        await breathe();
      }
      if (events.length > 0) await show();
    } finally {
      graphs.dispose();
      this.#abort = null;
    }
    return {
      digest: digest(tokensOf(events), startsOf(events), pack.manifest.grid.width),
      complete: events.length === pack.manifest.grid.tokens,
      tokens: events.length,
      times: { total: performance.now() - began, preview: preview.spent },
    };
  }

  #ready(): Model {
    if (!this.#model) throw new StudioError('not-loaded', 'No model is loaded. Load a pack first.');
    return this.#model;
  }

  #tell(notice: Notice): void {
    this.#told = this.#notify(notice.kind === 'picture' ? transfer(notice, [notice.picture.rgba.buffer]) : notice);
  }

  /** The result leaves after the page has taken the last notice, so a picture is never newer than its run. */
  async #call<T>(work: () => Promise<T>): Promise<Result<T>> {
    const result = await asResult(work);
    await this.#told;
    if (result.ok || !this.#lost) return result;
    return { ...result, code: 'worker-lost', message: 'The browser took the GPU away. Load the model again; nothing has to be downloaded twice.' };
  }
}
