import { isPartMissing, saysPartMissing } from '../lib/partMissing.ts';
import { StudioError, toTagged, type TaggedError } from '../../engine/errors.ts';
import { english, say, type Phrase } from '../../engine/phrase.ts';

/** What went wrong, in words: the cause (naming the file or field) and what to do next. */
export interface Problem {
  /** Stable, for tests and reports; from the engine, the worker or the page. */
  code: string;
  message: Phrase;
  /** The next step, or what a library reported. */
  detail?: Phrase;
  /** What can be done about it at once. */
  action?: { label: Phrase; run: () => void };
}

export const problem = (code: string, message: Phrase, detail?: Phrase): Problem => ({ code, message, ...(detail && { detail }) });

const REPORT = say`Reload the page; if it happens again, report it with this message.`;
/** Words of a library may be a whole stack trace. */
const short = ({ template, values }: Phrase): Phrase =>
  ({ template, values: values.map((value) => (typeof value === 'string' ? value.split('\n', 1)[0]!.slice(0, 240) : value)) });

const partMissing = () => problem('part-missing', say`A part of the studio could not be fetched.`, say`Check the connection and try again. If the studio was updated meanwhile, reload: the address holds the run.`);

/** A failure that came from the worker as a value; of a script that it could not fetch, only the browser's words. */
export const fromFailure = ({ code, message, detail }: TaggedError): Problem =>
  (code === 'unknown' && saysPartMissing(english(message)) ? partMissing() : problem(code, message, detail && short(detail)));

/** A problem from anything thrown. Typed errors say the next step in their message; others get one. */
export function toProblem(error: unknown): Problem {
  if (error instanceof StudioError) return fromFailure(toTagged(error));
  if (isPartMissing(error)) return partMissing();
  return problem('unexpected', short(toTagged(error).message), REPORT);
}
