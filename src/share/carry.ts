import { StudioError } from '../../engine/errors.ts';
import { inMegabytes, say, type Phrase, type Value } from '../../engine/phrase.ts';
import { parseJson } from '../../engine/json.ts';
import { parseRun, RunHeader, type Run } from '../../engine/log.ts';
import { PNG_KEYWORD, readPngText, withPngText } from '../../engine/picture.ts';
import { pictureSize } from '../lib/pictureSize.ts';

/** The keyword of the chunk that holds a whole run; `PNG_KEYWORD` holds its header and digest, as the command line writes them. */
export const PNG_LOG_KEYWORD = 'dpar-log';
export const MAX_FILE_BYTES = 8_000_000;
const MAX_SIDE = 4096;
const MAX_NAME = 64;
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The PNG with its run inside. `size`: pixels a side of the picture itself, which the PNG may show larger. */
export function withRun(png: Uint8Array, run: Run, size: number): Uint8Array<ArrayBuffer> {
  const { header, digest } = run;
  return withPngText(withPngText(png, PNG_LOG_KEYWORD, run), PNG_KEYWORD, { header, digest, size });
}

export type Carried =
  /** Everything that was decoded, and the picture if the file is one. */
  | { kind: 'run'; run: Run; picture: Uint8Array<ArrayBuffer> | null; size: number }
  /** What a run was made with: it can be made again. */
  | { kind: 'recipe'; header: RunHeader; digest: string };

const refuse = (message: Phrase) => new StudioError('run-invalid', message);

function readRun(json: unknown): Run {
  const run = parseRun(json);
  if (run.events.length === 0) throw refuse(say`This run cannot be read: it has no tokens.`);
  return run;
}

function fromPng(bytes: Uint8Array<ArrayBuffer>, name: Value): Carried {
  if (bytes.length < 33) throw refuse(say`${name} ends before its first line of pixels. Copy the file again.`);
  const { width, height } = pictureSize(bytes)!;
  if (width > MAX_SIDE || height > MAX_SIDE || width === 0 || height === 0) throw refuse(say`${name} is ${width} x ${height} pixels; pictures of this studio have at most ${MAX_SIDE} a side.`);
  const log = readPngText(bytes, PNG_LOG_KEYWORD);
  const recipe = readPngText(bytes, PNG_KEYWORD) as { header?: unknown; digest?: unknown; size?: unknown } | null;
  if (log !== null) {
    const size = Number(recipe?.size);
    return { kind: 'run', run: readRun(log), picture: bytes, size: Number.isInteger(size) && size > 0 && width % size === 0 ? size : width };
  }
  if (recipe === null) throw refuse(say`${name} is a picture without a run inside. Pictures saved by this studio carry theirs; some programs remove it when they save a picture again.`);
  const header = RunHeader.safeParse(recipe.header);
  if (!header.success) {
    const [issue] = header.error.issues;
    throw refuse(say`The settings inside ${name} cannot be read: ${issue!.path.map(String).join('.') || 'header'}: ${issue!.message}.`);
  }
  if (typeof recipe.digest !== 'string' || !/^[0-9a-f]{64}$/.test(recipe.digest)) throw refuse(say`The digest inside ${name} is not one.`);
  return { kind: 'recipe', header: header.data, digest: recipe.digest };
}

/** The run in a file: a PNG saved by the studio or the command line, or a run's JSON. Throws `run-invalid` with the reason. */
export function readCarried(bytes: Uint8Array<ArrayBuffer>, fileName: string): Carried {
  const name = fileName.length > MAX_NAME ? `${fileName.slice(0, MAX_NAME)}…` : fileName || say`The file`;
  if (bytes.length === 0) throw refuse(say`${name} is empty.`);
  if (bytes.length > MAX_FILE_BYTES) throw refuse(say`${name} is larger than ${inMegabytes(MAX_FILE_BYTES)} MB; runs and pictures of this studio are far smaller.`);
  if (SIGNATURE.every((byte, i) => bytes[i] === byte)) return fromPng(bytes, name);
  let json: unknown;
  try {
    json = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw refuse(say`${name} is neither a PNG nor a run in JSON. Open a picture or a run that was saved from this studio.`);
  }
  return { kind: 'run', run: readRun(json), picture: null, size: 0 };
}
