import { expect, test } from 'vitest';
import { digest, parseRun, RunLog, runToJson, SAMPLER, type RunHeader, type TokenEvent } from './log.ts';
import { sha256, utf8 } from './sha256.ts';
import { tinyManifest } from './testing/manifest.ts';

const m = tinyManifest();
const header: RunHeader = { pack: { name: 'tiny', hash: 'ab' }, variant: 'fp32', backend: 'cpu', class: 2, className: 'River', seed: 3, settings: m.defaults, grid: { width: 2, tokens: 4 }, sampler: SAMPLER };
const event = (t: number, patch: number, opens: TokenEvent['opens']): TokenEvent => ({
  t, token: t + 5, entropy: t === 0 ? null : 1.25, opens, source: 'sampled', patch, logprob: -1, classLogprob: -2, alternatives: [[5, 0.5]], times: { decoder: 2 },
});
const events = [event(0, 0, ['first']), event(1, 1, ['second', 'entropy']), event(2, 2, ['row']), event(3, 2, [])];

test('the digest is that of W;tokens;starts', () => {
  expect(digest([1, 2, 3, 4], [0, 1, 3], 2)).toBe(sha256(utf8('2;1,2,3,4;0,1,3')));
  expect(new RunLog(header, events).digest()).toBe(digest([5, 6, 7, 8], [0, 1, 2], 2));
});

test('events must follow each other', () => {
  const log = new RunLog(header);
  expect(() => log.append(event(1, 0, ['second']))).toThrow(/event 0 has t = 1/);
  expect(() => log.append(event(0, 0, []))).toThrow(/first token must open/);
  log.append(events[0]!);
  expect(() => log.append(event(1, 0, ['second']))).toThrow(/patch 0 after patch 0/);
  for (const e of events.slice(1)) log.append(e);
  expect(log.complete).toBe(true);
  expect(() => log.append(event(4, 2, []))).toThrow(/more than its 4 tokens/);
});

test('a run survives JSON, and altered runs are refused', () => {
  const run = new RunLog(header, events).toRun();
  const read = () => JSON.parse(runToJson(run)) as typeof run;
  expect(parseRun(read())).toEqual(run);
  expect(parseRun(JSON.parse(runToJson(new RunLog(header, events.slice(0, 2)).toRun())))).toMatchObject({ complete: false });
  const altered = (change: (r: typeof run) => void) => {
    const copy = read();
    change(copy);
    return () => parseRun(copy);
  };
  expect(altered((r) => { r.events[1]!.token = 1; })).toThrow(/digest/);
  expect(altered((r) => { r.complete = false; })).toThrow(/complete/);
  expect(altered((r) => { r.header.seed = -1; })).toThrow(/header.seed/);
  expect(altered((r) => { (r.formatVersion as number) = 3; })).toThrow(/formatVersion is 3/);
  expect(altered((r) => { delete (r as { formatVersion?: unknown }).formatVersion; })).toThrow(/formatVersion is \(none\), this studio reads 1 and 2/);
  expect(altered((r) => { r.formatVersion = 1; })).toThrow(/formatVersion is 1, its header is of version 2/);
  for (const other of [null, 1, 'x', [], {}]) expect(() => parseRun(other)).toThrow(/not a run/);
});

test('a run names its window, or none where it is unknown; no pass has none or more than 64 positions', () => {
  const log = new RunLog(header, events);
  const read = (window: number) => parseRun(JSON.parse(runToJson(log.toRun({ window }))));
  expect([1, 64].map((window) => read(window).window)).toEqual([1, 64]);
  expect(parseRun(JSON.parse(runToJson(log.toRun())))).not.toHaveProperty('window');
  for (const window of [0, 65, 1.5]) expect(() => read(window)).toThrow(/window/);
});

test('a run of version 1 keeps its version: nothing says how its tokens were drawn', () => {
  const { sampler, ...first } = header;
  expect(sampler).toBe('gumbel');
  const run = new RunLog(first, events).toRun();
  expect(run.formatVersion).toBe(1);
  expect(parseRun(JSON.parse(runToJson(run)))).toEqual(run);
  expect(() => parseRun({ ...run, formatVersion: 2 })).toThrow(/formatVersion is 2, its header is of version 1/);
});
