import { english, say } from '../engine/phrase.ts';
import { saysOutOfMemory, toTagged } from '../engine/errors.ts';
import type { Failure, Result } from './messages.ts';

export const failed = (error: unknown): Failure => ({ ok: false, ...toTagged(error) });

/** Runs a call of the worker's interface: it never rejects, since an error that comlink passes on has no code. */
export async function asResult<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return failed(error);
  }
}

/** By the words of others: our own messages have codes, and may name a pack or a file that is called so. */
export const isOutOfMemory = ({ code, message, detail }: Failure): boolean =>
  code === 'out-of-memory' || saysOutOfMemory(`${code === 'unknown' ? english(message) : ''} ${detail ? english(detail).split('\n', 1)[0] : ''}`);

export const outOfMemory = ({ message, detail }: Failure): Failure => ({
  ok: false, code: 'out-of-memory', detail: detail ?? message,
  message: say`There was not enough memory for the model. Close other tabs or programs, then load the model again.`,
});
