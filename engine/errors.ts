/** Typed errors of the studio: each names the file, field or setting and says what to do next. */
import { english, quote, say, type Phrase } from './phrase.ts';

export type ErrorCode =
  | 'unknown-class' | 'bad-seed' | 'bad-setting' | 'bad-argument' | 'manifest-version' | 'manifest-invalid' | 'pack-missing'
  | 'shard-missing' | 'unreachable' | 'shard-altered' | 'shard-is-html' | 'model-refused' | 'pack-refused' | 'backend-unavailable' | 'out-of-memory'
  | 'stopped' | 'aborted' | 'timeout' | 'busy' | 'not-loaded' | 'worker-lost' | 'graph-failed' | 'run-invalid' | 'write-failed' | 'unknown';

/** An error that may cross a worker boundary: plain data. */
export interface TaggedError {
  code: ErrorCode;
  /** For a person: names the file or field and says what to do next. */
  message: Phrase;
  /** Why, in words of ours or of a library. */
  detail?: Phrase;
}

/** An error of the studio. `message` is its phrase in English. */
export class StudioError extends Error {
  readonly code: ErrorCode;
  readonly phrase: Phrase;
  readonly detail?: Phrase;

  constructor(code: ErrorCode, phrase: Phrase, detail?: Phrase) {
    super(english(phrase));
    this.name = 'StudioError';
    this.code = code;
    this.phrase = phrase;
    this.detail = detail;
  }
}

/** A manifest, or a file that it names, that cannot be used. */
export class PackError extends StudioError {
  override name = 'PackError';
}

/** Any thrown value as plain data; errors that are not ours keep their words under code `unknown`. */
export function toTagged(error: unknown): TaggedError {
  if (error instanceof StudioError) {
    const { code, phrase: message, detail } = error;
    return detail === undefined ? { code, message } : { code, message, detail };
  }
  if (error instanceof Error) return { code: 'unknown', message: quote(error.message || error.name), ...(error.stack && { detail: quote(error.stack) }) };
  return { code: 'unknown', message: quote(error) };
}

/** What browsers, WebGPU and onnxruntime say when memory runs out. */
export const saysOutOfMemory = (words: string): boolean =>
  /out[ -]of[ -]memory|bad_alloc|\bOOM\b|memory access out of bounds|allocation failed|failed to allocate/i.test(words);

/** The file is not there (HTTP 404, or no such file). */
export function shardMissing(path: string, detail?: Phrase): PackError {
  return new PackError('shard-missing', say`The pack's file ${path} is missing. Copy the whole pack folder again, then retry.`, detail);
}

/** Length or sha256 differs from the manifest's. */
export function shardAltered(path: string, detail?: Phrase): PackError {
  return new PackError('shard-altered', say`The pack's file ${path} is not the one its manifest names (truncated or altered). Load it again, or copy the pack again.`, detail);
}

/** A web page arrived in place of the file: a sign-in page, or a host that answers every address with its start page. */
export function shardIsHtml(path: string): PackError {
  return new PackError('shard-is-html', say`A web page arrived in place of the pack's file ${path}. Check the network's sign-in page or the pack's address, then retry.`);
}

/** True when the bytes begin like an HTML page. */
export function looksLikeHtml(bytes: Uint8Array): boolean {
  const head = String.fromCharCode(...bytes.subarray(0, 64)).replace(/^\u00ef\u00bb\u00bf/, '').trimStart().toLowerCase();
  return head.startsWith('<!doctype html') || head.startsWith('<html') || head.startsWith('<head');
}
