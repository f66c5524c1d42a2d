import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeOne } from './decode.ts';
import type { TokenEvent } from './log.ts';
import { DependentGraphs, tinyManifest } from './testing/manifest.ts';

const m = tinyManifest();

async function run(seed: number, given: readonly number[] = [], settings = m.defaults): Promise<TokenEvent[]> {
  const events: TokenEvent[] = [];
  for await (const event of decodeOne(new DependentGraphs(), m, { class: 1, seed, settings, given }, { now: () => 0 })) events.push(event);
  return events;
}

test('a run continued from any of its own prefixes with its seed is the same run', async () => {
  await fc.assert(fc.asyncProperty(fc.nat(1000), fc.nat(16), fc.integer({ min: 1, max: 4 }), async (seed, kept, maxPatchLength) => {
    const settings = { ...m.defaults, maxPatchLength };
    const whole = await run(seed, [], settings);
    const tokens = whole.map((event) => event.token);
    const again = await run(seed, tokens.slice(0, kept), settings);
    expect(again.map((event) => event.source)).toEqual(tokens.map((_, t) => (t < kept ? 'given' : 'sampled')));
    expect(again.map((event) => ({ ...event, source: 'sampled' }))).toEqual(whole);
  }));
});

test('what follows depends on what was given', async () => {
  const whole = await run(3);
  const other = await run(3, [(whole[0]!.token + 1) % m.vocab]);
  expect(other.slice(1).map((event) => event.token)).not.toEqual(whole.slice(1).map((event) => event.token));
});
