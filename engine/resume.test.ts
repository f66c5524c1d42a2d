import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeOne, type DecodeRequest } from './decode.ts';
import { digest, startsOf, tokensOf, type TokenEvent } from './log.ts';
import { DependentGraphs, tinyManifest } from './testing/manifest.ts';

const m = tinyManifest();

async function run(request: Partial<DecodeRequest>, graphs = new DependentGraphs()): Promise<TokenEvent[]> {
  const events: TokenEvent[] = [];
  for await (const event of decodeOne(graphs, m, { class: 1, seed: 3, settings: m.defaults, ...request }, { now: () => 0 })) events.push(event);
  return events;
}
const digestOf = (events: TokenEvent[]) => digest(tokensOf(events), startsOf(events), m.grid.width);

test('a run taken up from its log is the run that was never interrupted, sources included', async () => {
  await fc.assert(fc.asyncProperty(fc.nat(1000), fc.nat(16), fc.nat(4), async (seed, kept, count) => {
    const given = [3, 1, 4, 1].slice(0, count);
    const whole = await run({ seed, given });
    const again = await run({ seed, given, resume: whole.slice(0, kept) });
    expect(again).toEqual(whole);
    expect(digestOf(again)).toBe(digestOf(whole));
  }));
});

test('the patches of the log stay, whatever entropies another backend finds for them', async () => {
  const whole = await run({});
  const other = new DependentGraphs();
  const step = other.entropyStep.bind(other);
  other.entropyStep = async (steps) => Array.from(await step(steps), (entropy) => entropy + 10); // every token would open a patch
  const again = await run({ resume: whole.slice(0, 10) }, other);
  expect(startsOf(again.slice(0, 10))).toEqual(startsOf(whole.slice(0, 10)));
  expect(again.slice(1, 10).map((e) => e.entropy)).toEqual(whole.slice(1, 10).map((e) => e.entropy));
});

test('a log that cannot be of this pack is refused', async () => {
  await expect(run({ resume: [{ token: m.vocab, entropy: null }] })).rejects.toMatchObject({ code: 'bad-argument' });
  await expect(run({ resume: Array.from({ length: m.grid.tokens + 1 }, () => ({ token: 0, entropy: 1 })) })).rejects.toMatchObject({ code: 'bad-argument' });
});
