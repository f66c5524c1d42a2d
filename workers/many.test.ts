import { expect, test } from 'vitest';
import { digest, startsOf, tokensOf, type TokenEvent } from '../engine/log.ts';
import { tinyGptManifest } from '../engine/testing/manifest.ts';
import { generateMany } from './many.ts';
import type { GenerateRequest, Notice } from './messages.ts';
import type { Model } from './model.ts';

const manifest = { ...tinyGptManifest(), batch: 4 };
const TOKENS = manifest.grid.tokens;

/** Logits that depend on the last token of each row; caches stay empty. */
const runner = {
  tensor: (_type: string, data: Float32Array | Int32Array, dims: readonly number[]) => ({ data, dims, getData: async () => data, dispose: () => undefined }),
  async run(_graph: string, feeds: Record<string, { data: Int32Array; dims: readonly number[] }>, outputs: object) {
    const tokens = feeds.token!.data;
    const logits = Array.from(feeds.seqlens_k!.data, (slot, row) => Array.from({ length: manifest.vocab }, (_, k) => 2 * Math.sin((tokens[row % tokens.length]! + 1) * (k + 1) + slot))).flat();
    const pasts = Object.entries(feeds).filter(([name]) => name.startsWith('past_')).map(([name, past]) => [name.replace('past', 'present'), past]);
    expect(Object.keys(outputs)).toContain('logits');
    return { ...Object.fromEntries(pasts), logits: runner.tensor('float32', Float32Array.from(logits), [logits.length]) };
  },
};
const size = manifest.image.size;
const model = { runner, pictures: { decode: async () => new Float32Array(3 * size * size) }, pack: { manifest }, neutral: 0 } as unknown as Model;
const request = (seed: number): GenerateRequest => ({ class: 1, seed, settings: manifest.defaults });

async function make(requests: GenerateRequest[], stopAfter = Infinity) {
  const abort = new AbortController();
  const notices: Notice[] = [];
  let steps = 0;
  const reports = await generateMany(model, requests, {
    signal: abort.signal, tell: (notice) => notices.push(notice), gpuMemory: () => null,
    between: async () => {
      if (++steps >= stopAfter) abort.abort();
    },
  });
  const events: TokenEvent[][] = requests.map(() => []);
  for (const notice of notices) if (notice.kind === 'events') events[notice.row!]!.push(...notice.events);
  const cells = requests.map((_, row) => notices.flatMap((notice) => (notice.kind === 'picture' && notice.row === row ? [notice.picture.cells] : [])).at(-1));
  return { reports, events, cells };
}

test('every row sends its events once and in order, ends with a whole picture, and is the picture of its seed', async () => {
  const { reports, events, cells } = await make([1, 2, 3].map(request));
  for (const [row, own] of events.entries()) {
    expect(own.map(({ t }) => t)).toEqual(Array.from({ length: TOKENS }, (_, t) => t));
    expect(reports[row]).toMatchObject({ complete: true, tokens: TOKENS, digest: digest(tokensOf(own), startsOf(own), manifest.grid.width) });
    expect(cells[row]).toBe(TOKENS);
    expect((await make([request(row + 1)])).reports[0]!.digest).toBe(reports[row]!.digest);
  }
  expect(new Set(reports.map((report) => report.digest)).size).toBe(3);
});

test('stopping keeps what each row has; taken up again, a row sends only what is new', async () => {
  const before = await make([4, 5].map(request), 6);
  expect(before.reports.map(({ complete, tokens }) => [complete, tokens])).toEqual([[false, before.events[0]!.length], [false, before.events[1]!.length]]);
  const resume = before.events[0]!.map(({ token, entropy }) => ({ token, entropy }));
  expect(resume.length).toBeGreaterThan(3);
  const after = await make([{ ...request(4), resume }, request(6)]);
  expect(after.events[0]!.map(({ t }) => t)[0]).toBe(resume.length);
  expect(after.events[1]).toHaveLength(TOKENS);
  expect(after.reports[0]!.digest).toBe((await make([request(4)])).reports[0]!.digest);
});
