import { StudioError } from '../../engine/errors.ts';

/** What went wrong, in words: the cause (naming the file or field) and what to do next. */
export interface Problem {
  /** Stable, for tests and reports; from the engine, the worker or the page. */
  code: string;
  message: string;
  /** The next step. */
  detail: string;
  /** What can be done about it at once. */
  action?: { label: string; run: () => void };
}

export const problem = (code: string, message: string, detail: string): Problem => ({ code, message, detail });

const REPORT = 'Reload the page; if it happens again, report it with this message.';
const firstLine = (text: string) => text.split('\n', 1)[0]!.slice(0, 240);

/** A script or style of the studio did not come: no network, or a host that has another version by now. In the words of each browser. */
export const isPartMissing = (error: unknown): error is Error =>
  error instanceof Error && /dynamically imported module|importing a module script failed|preload css/i.test(error.message);

/** A failure that came from the worker as a value. */
export const fromFailure = (failure: { code: string; message: string; detail?: string }): Problem =>
  problem(failure.code, failure.message, firstLine(failure.detail ?? ''));

/** A problem from anything thrown. Typed errors say the next step in their message; others get one. */
export function toProblem(error: unknown): Problem {
  if (error instanceof StudioError) return fromFailure(error);
  if (isPartMissing(error)) return problem('part-missing', 'A part of the studio could not be fetched.', 'Check the connection and try again. If the studio was updated meanwhile, reload: the address holds the run.');
  return problem('unexpected', error instanceof Error && error.message ? firstLine(error.message) : String(error), REPORT);
}
