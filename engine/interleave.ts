/** A measurement of one contestant in one round. */
export type Contestant<T> = (round: number) => Promise<T>;

/**
 * Runs all contestants `repeats` times, interleaved, every other round in reversed order, so that a slow minute or a warm
 * cache favours nobody; `order: 'kept'` never reverses. `warmups` rounds come first and are dropped (rounds -warmups to -1).
 */
export async function interleaved<K extends string, T>(
  contestants: Record<K, Contestant<T>>, { repeats, warmups = 1, order = 'alternating' }: { repeats: number; warmups?: number; order?: 'alternating' | 'kept' },
): Promise<Record<K, T[]>> {
  const names = Object.keys(contestants) as K[];
  const results = Object.fromEntries(names.map((name) => [name, [] as T[]])) as unknown as Record<K, T[]>;
  for (let round = -warmups; round < repeats; round++) {
    for (const name of order === 'kept' || round % 2 === 0 ? names : [...names].reverse()) {
      const value = await contestants[name](round);
      if (round >= 0) results[name].push(value);
    }
  }
  return results;
}
