import fc from 'fast-check';
import { PNG } from 'pngjs';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { syntheticPack } from '../../fixtures/synthetic.ts';
import { StudioError } from '../../engine/errors.ts';
import { parseRun, RunLog, runToJson, type Run } from '../../engine/log.ts';
import { PNG_KEYWORD, readPngText, withPngText } from '../../engine/picture.ts';
import { MAX_FILE_BYTES, PNG_LOG_KEYWORD, readCarried, withRun } from './carry.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
let run: Run;
let plain: Uint8Array<ArrayBuffer>;
let full: Uint8Array<ArrayBuffer>;
/** Its first tokens only: quick to read thousands of times. */
let short: Run;
let small: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  const { files } = await syntheticPack();
  run = parseRun(JSON.parse(files.get('recordings/river-7.json')!.toString()));
  plain = new Uint8Array(files.get('recordings/river-7.png')!);
  full = withRun(plain, run, 64);
  short = new RunLog(run.header, run.events.slice(0, 20)).toRun();
  small = withRun(plain, short, 64);
});

const refusal = (bytes: Uint8Array<ArrayBuffer>, name = 'x.png'): string => {
  try {
    readCarried(bytes, name);
  } catch (error) {
    expect(error).toBeInstanceOf(StudioError);
    expect(error).toMatchObject({ code: 'run-invalid' });
    return (error as Error).message;
  }
  throw new Error('it was read');
};

describe('a PNG with its run', () => {
  it('gives back run, picture and size', () => {
    expect(readCarried(full, 'a.png')).toEqual({ kind: 'run', run, picture: full, size: 64 });
  });
  it('is still the same picture to other programs', () => {
    const [a, b] = [PNG.sync.read(Buffer.from(plain)), PNG.sync.read(Buffer.from(full))];
    expect(b.data.equals(a.data)).toBe(true);
  });
  it('carries the header and digest that the command line writes', () => {
    expect(readPngText(full, PNG_KEYWORD)).toEqual({ header: run.header, digest: run.digest, size: 64 });
  });
  it('of the command line is a recipe', () => {
    const recipe = withPngText(plain, PNG_KEYWORD, { header: run.header, digest: run.digest });
    expect(readCarried(recipe, 'a.png')).toEqual({ kind: 'recipe', header: run.header, digest: run.digest });
  });
  it('takes the width of the PNG when the size in it cannot be', () => {
    const odd = withPngText(withPngText(plain, PNG_LOG_KEYWORD, run), PNG_KEYWORD, { header: run.header, digest: run.digest, size: 63 });
    expect(readCarried(odd, 'a.png')).toMatchObject({ kind: 'run', size: 64 });
  });
});

it('reads a run in JSON', () => {
  expect(readCarried(bytesOf(runToJson(run)), 'a.json')).toEqual({ kind: 'run', run, picture: null, size: 0 });
});

const hostile: [string, () => Uint8Array<ArrayBuffer>, RegExp][] = [
  ['empty', () => new Uint8Array(0), /is empty/],
  ['too large', () => new Uint8Array(MAX_FILE_BYTES + 1), /larger than 8 MB/],
  ['a text', () => bytesOf('hello'), /neither a PNG nor a run/],
  ['a JPEG', () => new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 16]), /neither a PNG nor a run/],
  ['a picture without a run', () => plain, /a picture without a run inside/],
  ['only the signature of a PNG', () => plain.slice(0, 8), /ends before/],
  ['another JSON', () => bytesOf('{"a":1}'), /not a run of this studio/],
  ['JSON null', () => bytesOf('null'), /not a run of this studio/],
  ['a run of a later version', () => bytesOf(runToJson({ ...run, formatVersion: 3 as 1 })), /formatVersion is 3/],
  ['an altered run', () => bytesOf(runToJson(run).replace('"token":', '"token":1')), /digest does not match/],
  ['a run without tokens', () => bytesOf(JSON.stringify({ ...run, events: [], complete: false, digest: '' })), /digest does not match|no tokens/],
  ['a name that is a novel', () => bytesOf(runToJson({ ...run, header: { ...run.header, className: 'x'.repeat(1e6) } })), /at most 256 letters/],
  ['a recipe of nonsense', () => withPngText(plain, PNG_KEYWORD, 7), /settings inside .* cannot be read/],
  ['a recipe without digest', () => withPngText(plain, PNG_KEYWORD, { header: run.header }), /digest inside/],
  ['a picture of 4 thousand million pixels', () => {
    const copy = full.slice();
    new DataView(copy.buffer).setUint32(16, 65536);
    return copy;
  }, /65536 x 64 pixels/],
];
test.each(hostile)('a file that is %s is refused with the reason', (_, make, words) => {
  const message = refusal(make());
  expect(message).toMatch(words);
  expect(message.length).toBeLessThan(400);
});

it('a run with a key like __proto__ is refused', () => {
  const text = runToJson(run).replace('"header":{', '"__proto__":{"polluted":1},"header":{"__proto__":{"polluted":1},');
  expect(() => readCarried(bytesOf(text), 'a.json')).toThrow(/neither a PNG nor a run in JSON/);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

/** Bytes changed, cut out and put in. */
const mutate = (bytes: Uint8Array<ArrayBuffer>, changes: { at: number; drop: number; put: Uint8Array }[]): Uint8Array<ArrayBuffer> =>
  changes.reduce((now, { at, drop, put }) => {
    const from = Math.floor(at * now.length);
    return new Uint8Array(Buffer.concat([now.subarray(0, from), put, now.subarray(Math.min(now.length, from + drop))]));
  }, bytes);
const changes = fc.array(fc.record({
  // Not fc.double: most doubles from 0 to 1 are next to 0.
  at: fc.noBias(fc.nat(10_000).map((n) => n / 10_000)), drop: fc.nat(40), put: fc.uint8Array({ maxLength: 40 }),
}), { minLength: 1, maxLength: 3 });

function survives(bytes: Uint8Array<ArrayBuffer>): void {
  try {
    const carried = readCarried(bytes, 'x');
    if (carried.kind === 'run') expect(parseRun(carried.run).digest).toBe(carried.run.digest);
  } catch (error) {
    expect(error).toBeInstanceOf(StudioError);
  }
}

describe('files changed at random are read as a valid run or refused, never more', () => {
  it('PNG', () => fc.assert(fc.property(changes, (list) => survives(mutate(small, list))), { numRuns: 2000 }));
  it('PNG, in its first bytes', () => fc.assert(fc.property(changes, (list) => survives(mutate(small, list.map((c) => ({ ...c, at: c.at / 500 }))))), { numRuns: 1000 }));
  it('JSON', () => fc.assert(fc.property(changes, (list) => survives(mutate(bytesOf(runToJson(short)), list))), { numRuns: 1000 }));
  it('JSON values', () => fc.assert(fc.property(fc.json(), (text) => survives(bytesOf(text))), { numRuns: 1000 }));
  it('runs with other values in them', () => fc.assert(fc.property(
    fc.constantFrom('header', 'events', 'digest', 'complete', 'formatVersion', 'header.settings', 'header.pack', 'header.grid', 'header.class', 'events.0', 'events.0.opens'), fc.jsonValue(),
    (path, value) => {
      const copy = JSON.parse(JSON.stringify(short)) as Record<string, unknown>;
      const keys = path.split('.');
      const holder = keys.slice(0, -1).reduce((object, key) => object[key] as Record<string, unknown>, copy);
      holder[keys.at(-1)!] = value;
      survives(bytesOf(JSON.stringify(copy)));
      survives(withPngText(plain, PNG_KEYWORD, copy));
    },
  ), { numRuns: 1000 }));
});
