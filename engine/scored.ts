/** Tokens that were not decoded here (a picture's, or an edited run's) as events, so that the same views show them. */
import type { TokenEvent } from './log.ts';
import { patchify, type Rules } from './patchify.ts';
import { hasEntropies } from './whatif.ts';

/** Events of given tokens with their entropies (e_0 is dropped); probabilities are unknown until a run scores them. */
export function scoredEvents(tokens: readonly number[], entropies: ArrayLike<number | null>, rules: Rules, width: number): TokenEvent[] {
  const { opens } = patchify(tokens.map((_, i) => finite(entropies[i])), rules, width);
  let patch = -1;
  return tokens.map((token, t) => {
    if (opens[t]!.length > 0) patch++;
    return { t, token, entropy: finite(entropies[t]), opens: opens[t]!, source: 'given', patch, logprob: null, classLogprob: null, alternatives: [], times: {} };
  });
}

const finite = (entropy: number | null | undefined): number | null => (typeof entropy === 'number' && Number.isFinite(entropy) ? entropy : null);

/**
 * A run with some tokens replaced. Up to and including the first one that differs, everything was computed from tokens
 * that are still there: entropy and distribution stay. After it, and in a run without entropies, they are known only as far
 * as `entropies` are given.
 */
export function editedEvents(events: readonly TokenEvent[], tokens: readonly number[], entropies: ArrayLike<number | null> | null, rules: Rules, width: number): TokenEvent[] {
  const first = tokens.findIndex((token, i) => events[i]?.token !== token);
  if (first < 0) return events.slice(0, tokens.length);
  const own = hasEntropies(events) ? first : -1;
  const known = tokens.map((_, i) => (i <= own ? events[i]?.entropy ?? null : entropies?.[i] ?? null));
  return scoredEvents(tokens, known, rules, width).map((event, i) => {
    const before = events[i];
    if (!before || i > first) return event;
    if (i < first) return { ...event, source: before.source, logprob: before.logprob, classLogprob: before.classLogprob, alternatives: before.alternatives };
    const p = before.alternatives.find(([token]) => token === event.token)?.[1];
    return { ...event, logprob: p === undefined ? null : Math.log(p), alternatives: before.alternatives };
  });
}
