/** The event log of a run (docs/packs.md "A run"): the single source of every view. */
import * as z from 'zod/mini';
import { StudioError } from './errors.ts';
import { say, type Phrase } from './phrase.ts';
import { ShortName, Words } from './names.ts';
import { Settings } from './settings.ts';
import { sha256, utf8 } from './sha256.ts';
import { MAX_TOKENS } from './token-text.ts';
import { MOST_POSITIONS } from './window.ts';

/** Far more than any device decodes at once. */
const MAX_TOGETHER = 1024;

export const openReasons = ['first', 'second', 'row', 'full', 'entropy', 'static'] as const;
export type OpenReason = (typeof openReasons)[number];

const index = z.int().check(z.minimum(0));
const ms = z.optional(z.number().check(z.minimum(0)));
/**
 * Milliseconds per stage; a stage that did not run is absent. Where sampling runs on the GPU the graphs' times are those of
 * handing them to it, and `wait` is how long the answer then took.
 */
export const StageTimes = z.object({ entropy: ms, encoder: ms, patchTransformer: ms, decoder: ms, gpt: ms, sampling: ms, wait: ms });
export type StageTimes = z.infer<typeof StageTimes>;
export type Stage = keyof StageTimes;

export const TokenEvent = z.object({
  t: index,
  token: index,
  /** e_t in nats; null for t = 0 and where neither an entropy model nor a null row ran. */
  entropy: z.nullable(z.number()),
  opens: z.array(z.enum(openReasons)),
  source: z.enum(['sampled', 'given']),
  patch: index,
  /** The pass that settled it, from 1: several tokens may share one (docs/model.md "Several tokens a pass"). Absent in old runs. */
  pass: z.optional(z.int().check(z.minimum(1))),
  /** Natural log; null where the probability is 0 (a given token that the filters exclude). */
  logprob: z.nullable(z.number()),
  classLogprob: z.nullable(z.number()),
  /** Up to five [token, probability], likeliest first; tokens of probability 0 are left out. */
  alternatives: z.array(z.tuple([index, z.number().check(z.minimum(0), z.maximum(1))])),
  times: StageTimes,
});
export type TokenEvent = z.infer<typeof TokenEvent>;

export const backends = ['wasm', 'webgpu', 'cpu'] as const;
export type Backend = (typeof backends)[number];
/** Those of a page; 'cpu' is onnxruntime-node. */
export type BrowserBackend = Exclude<Backend, 'cpu'>;

/** How tokens are drawn: Gumbel noise by seed, position and code. Before it, in version 1 of runs and links, it was an inverse CDF. */
export const SAMPLER = 'gumbel';
/** Of what a header says: 1 where its seed gives another picture now. */
export const versionOf = ({ sampler }: Pick<RunHeader, 'sampler'>): 1 | 2 => (sampler === SAMPLER ? 2 : 1);

export const RunHeader = z.object({
  pack: z.object({ name: ShortName, hash: z.string().check(z.regex(/^[0-9a-f]{0,64}$/, 'must be hex digits')) }),
  variant: ShortName,
  backend: z.enum(backends),
  class: index,
  className: Words,
  seed: z.int().check(z.minimum(0), z.maximum(0xffffffff)),
  settings: Settings,
  grid: z.object({ width: z.int().check(z.minimum(1)), tokens: z.int().check(z.minimum(1)) }),
  /** Tokens x_0.. that were given (an edited or continued run); absent: all were sampled. */
  given: z.optional(z.array(index).check(z.maxLength(MAX_TOKENS))),
  /** Absent in version 1. */
  sampler: z.optional(z.literal(SAMPLER)),
});
export type RunHeader = z.infer<typeof RunHeader>;

/** What its times are of, and where it ran, beyond the header. */
export const Made = z.object({
  /** Images decoded at once, this one included: its times are those of all of them. Absent: alone. */
  together: z.optional(z.int().check(z.minimum(2), z.maximum(MAX_TOGETHER))),
  /** The backend it went on with, each time it was interrupted. Absent: it was decoded in one go. */
  takenUpOn: z.optional(z.array(z.enum(backends)).check(z.minLength(1), z.maxLength(MAX_TOKENS))),
  /** Most tokens that a pass could settle (engine/window.ts), by which its passes are counted. Absent: unknown, or it changed on the way. */
  window: z.optional(z.int().check(z.minimum(1), z.maximum(MOST_POSITIONS))),
});
export type Made = z.infer<typeof Made>;

export const Run = z.extend(Made, {
  format: z.literal('dpar-run'),
  formatVersion: z.union([z.literal(1), z.literal(2)]),
  header: RunHeader,
  events: z.array(TokenEvent),
  digest: z.string(),
  complete: z.boolean(),
});
export type Run = z.infer<typeof Run>;

/** The JSON Schema of a run file, for the Python side. */
export const runJsonSchema = (): unknown => z.toJSONSchema(Run);

/** sha256 hex of `W;tokens;starts`: identifies a result whatever its times (docs/packs.md). */
export function digest(tokens: readonly number[], starts: readonly number[], width: number): string {
  return sha256(utf8(`${width};${tokens.join(',')};${starts.join(',')}`));
}

export const tokensOf = (events: readonly TokenEvent[]): number[] => events.map((e) => e.token);
/** Token index of the start of every patch. */
export const startsOf = (events: readonly TokenEvent[]): number[] => events.filter((e) => e.opens.length > 0).map((e) => e.t);

const bad = (message: Phrase) => new StudioError('run-invalid', say`This run cannot be read: ${message}.`);

/** Throws `run-invalid` when `event` cannot follow `length` events whose last patch is `lastPatch`. */
function checkNext(event: TokenEvent, length: number, lastPatch: number, tokens: number): void {
  if (length >= tokens) throw bad(say`it has more than its ${tokens} tokens`);
  if (event.t !== length) throw bad(say`event ${length} has t = ${event.t}`);
  if (length === 0 && event.opens.length === 0) throw bad(say`the first token must open a patch`);
  if (event.patch !== lastPatch + (event.opens.length > 0 ? 1 : 0)) throw bad(say`event ${length} has patch ${event.patch} after patch ${lastPatch}`);
}

/** Append-only log of one run. */
export class RunLog {
  readonly header: RunHeader;
  readonly #events: TokenEvent[] = [];

  constructor(header: RunHeader, events: Iterable<TokenEvent> = []) {
    this.header = header;
    for (const event of events) this.append(event);
  }

  get events(): readonly TokenEvent[] {
    return this.#events;
  }

  get complete(): boolean {
    return this.#events.length === this.header.grid.tokens;
  }

  /** Events come in order of t, without gaps; throws `run-invalid` otherwise. */
  append(event: TokenEvent): void {
    checkNext(event, this.#events.length, this.#events.at(-1)?.patch ?? -1, this.header.grid.tokens);
    this.#events.push(event);
  }

  digest(): string {
    return digest(tokensOf(this.#events), startsOf(this.#events), this.header.grid.width);
  }

  toRun(made: Made = {}): Run {
    return { format: 'dpar-run', formatVersion: versionOf(this.header), header: this.header, events: [...this.#events], digest: this.digest(), complete: this.complete, ...made };
  }
}

/** JSON text of a run, one event a line. */
export function runToJson(run: Run): string {
  const { events, ...rest } = run;
  const lines = events.map((event) => JSON.stringify(event)).join(',\n');
  return `${JSON.stringify({ ...rest, events: [] }).replace('"events":[]', () => `"events":[\n${lines}\n]`)}\n`;
}

/** A run from JSON (text parsed already). Throws `run-invalid`: shape, order of events, digest. */
export function parseRun(json: unknown): Run {
  const version = (json as { formatVersion?: unknown } | null)?.formatVersion;
  if ((json as { format?: unknown } | null)?.format !== 'dpar-run') throw bad(say`it is not a run of this studio (format must be "dpar-run")`);
  if (version !== 1 && version !== 2) throw bad(say`its formatVersion is ${JSON.stringify(version) ?? '(none)'}, this studio reads 1 and 2; update the studio`);
  const parsed = Run.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw bad(say`${issue.path.map(String).join('.')}: ${issue.message}`);
  }
  const run = parsed.data;
  if (run.formatVersion !== versionOf(run.header)) throw bad(say`its formatVersion is ${run.formatVersion}, its header is of version ${versionOf(run.header)}`);
  const log = new RunLog(run.header, run.events);
  if (log.complete !== run.complete) throw bad(say`it has ${run.events.length} of ${run.header.grid.tokens} tokens but says complete: ${String(run.complete)}`);
  const given = run.header.given ?? [];
  if (run.events.some((event, t) => (event.source === 'given') !== t < given.length || (t < given.length && event.token !== given[t]))) {
    throw bad(say`the given tokens of its header are not those of its events`);
  }
  if (log.digest() !== run.digest) throw bad(say`its digest does not match its tokens and patches; the file was altered`);
  return run;
}
