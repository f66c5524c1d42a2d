import { say } from '../../engine/phrase.ts';
import type { TokenEvent } from '../../engine/log.ts';
import type { EventsOfImage, Failure, GenerateReport, GenerateRequest, InferenceClientApi, Picture, Result } from '../inference/client.ts';

/** A run is taken up this often; what keeps failing is no accident. */
const MOST = 2;

export interface RecoveryDeps {
  client: Pick<InferenceClientApi, 'generate'>;
  /** The run's events so far. */
  events: () => readonly TokenEvent[];
  onEvents: (...made: EventsOfImage) => void;
  onPicture: (picture: Picture) => void;
  /** Gets a model ready again after this failure; false where the run has to end. */
  recover: (failure: Failure) => Promise<boolean>;
  /** True once the person has stopped the run. */
  cancelled: () => boolean;
}

/** Failures that took the worker or its GPU away, not the run's own: a fresh worker, or another backend, may not have them. */
export const isLoss = (failure: Failure) => ['worker-lost', 'timeout', 'out-of-memory'].includes(failure.code);

/** Decodes a run; where the worker is lost on the way, a fresh one goes on from the run's log with the same tokens. */
export async function generateWithRecovery(request: GenerateRequest, deps: RecoveryDeps): Promise<Result<GenerateReport>> {
  const { client, events, onEvents, onPicture, recover, cancelled } = deps;
  for (let times = 0; ; times++) {
    const resume = events().map(({ token, entropy, pass }) => ({ token, entropy, pass }));
    const result = await client.generate(
      [{ ...request, ...(resume.length > 0 && { resume }) }], (_, ...made) => onEvents(...made), (_, picture) => onPicture(picture),
    );
    if (result.ok) return { ok: true, value: result.value[0]! };
    if (!isLoss(result) || times >= MOST) return result;
    const ready = !cancelled() && (await recover(result));
    if (cancelled()) return { ok: false, code: 'stopped', message: say`The run was stopped.` };
    if (!ready) return result;
  }
}

/** Asks the model; where its worker is lost, once more after it came back. */
export async function askAgain<T>(ask: () => Promise<Result<T>>, comeBack: () => Promise<void>): Promise<Result<T>> {
  const result = await ask();
  if (result.ok || !isLoss(result)) return result;
  await comeBack();
  return ask();
}
