import { toTagged } from '../engine/errors.ts';
import type { Failure, Result } from './messages.ts';

export const failed = (error: unknown): Failure => ({ ok: false, ...toTagged(error) });

/** Runs a call of the worker's interface: it never rejects, since comlink would lose an error's code. */
export async function asResult<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return failed(error);
  }
}
