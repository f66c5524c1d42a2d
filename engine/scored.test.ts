import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeOne } from './decode.ts';
import { RunLog, type TokenEvent } from './log.ts';
import { editedEvents, scoredEvents } from './scored.ts';
import { FakeGraphs, tinyManifest } from './testing/manifest.ts';

const m = tinyManifest();
const entropies = [Infinity, ...Array.from({ length: 15 }, (_, i) => (i * 3) % 4)];
const header = { pack: { name: 'tiny', hash: '' }, variant: 'fp32', backend: 'cpu' as const, class: 1, className: 'x', seed: 7, settings: m.defaults, grid: m.grid };

async function run(): Promise<TokenEvent[]> {
  const events: TokenEvent[] = [];
  for await (const event of decodeOne(new FakeGraphs((i) => entropies[i]!), m, { class: 1, seed: 7, settings: m.defaults })) events.push(event);
  return events;
}

test('scored tokens make a valid log with the boundaries of a decoded run', async () => {
  const decoded = await run();
  const events = scoredEvents(decoded.map((e) => e.token), entropies, m.defaults, 4);
  expect(new RunLog({ ...header, given: events.map((e) => e.token) }, events).complete).toBe(true);
  expect(events.map((e) => [e.entropy, e.opens, e.patch])).toEqual(decoded.map((e) => [e.entropy, e.opens, e.patch]));
});

test('an edit keeps what does not depend on it', async () => {
  const decoded = await run();
  await fc.assert(fc.property(fc.nat(15), fc.nat(11), fc.boolean(), (cell, token, rescored) => {
    const tokens = decoded.map((e) => e.token);
    tokens[cell] = token;
    const edited = editedEvents(decoded, tokens, rescored ? entropies.map(() => 3) : null, m.defaults, 4);
    expect(edited.map((e) => e.token)).toEqual(tokens);
    if (token === decoded[cell]!.token) {
      expect(edited).toEqual(decoded);
      return;
    }
    expect(edited.slice(0, cell).map((e) => [e.entropy, e.logprob])).toEqual(decoded.slice(0, cell).map((e) => [e.entropy, e.logprob]));
    expect(edited[cell]).toMatchObject({ source: 'given', entropy: decoded[cell]!.entropy, opens: decoded[cell]!.opens });
    const rival = decoded[cell]!.alternatives.find(([id]) => id === token)?.[1];
    expect(edited[cell]!.logprob).toEqual(rival === undefined ? null : Math.log(rival));
    for (const event of edited.slice(cell + 1)) expect([event.entropy, event.logprob]).toEqual([rescored ? 3 : null, null]);
  }));
});

test('a run that was decoded without entropies has those of the score for all of its tokens once it is edited', async () => {
  const decoded = (await run()).map((event) => ({ ...event, entropy: null }));
  const tokens = decoded.map((e) => e.token);
  tokens[9] = (tokens[9]! + 1) % 12;
  const score = [null, ...Array.from({ length: 15 }, () => 3)];
  const edited = editedEvents(decoded, tokens, score, { ...m.defaults, maxPatchLength: 1 }, 4);
  expect(edited.map((e) => e.entropy)).toEqual(score);
});

test('erasing the end leaves the start as it was', async () => {
  const decoded = await run();
  expect(editedEvents(decoded, decoded.slice(0, 5).map((e) => e.token), null, m.defaults, 4)).toEqual(decoded.slice(0, 5));
});
