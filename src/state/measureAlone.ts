import { say } from '../../engine/phrase.ts';
import type { DeviceMeasurement, MeasureProgress, MeasureRequest, Result } from '../../workers/messages.ts';
import type { InferenceClientApi } from '../inference/client.ts';
import type { PackSession } from './session.ts';

interface Measurement {
  client: InferenceClientApi;
  request: MeasureRequest;
  onProgress: (progress: MeasureProgress) => void;
  abort: AbortController;
  /** Called when the model is free again, which can be a while after the answer: a worker that had to be ended comes back first. */
  free: () => void;
}

/**
 * A measurement that has the worker to itself: it begins once whatever else asks the model has ended, and a run that is asked
 * for ends it and begins when the model is free.
 */
export function measureAlone({ settle, addAsker, comeBack }: Pick<PackSession, 'settle' | 'addAsker' | 'comeBack'>, { client, request, onProgress, abort, free }: Measurement): Promise<Result<DeviceMeasurement>> {
  const { signal } = abort;
  const calledOff = new Promise((resolve) => signal.addEventListener('abort', resolve));
  const asker = {
    busy: () => true,
    async settle() {
      abort.abort();
      await freed;
    },
  };
  const gone = addAsker(asker);
  async function measured(): Promise<Result<DeviceMeasurement>> {
    await Promise.race([settle({ except: asker, wait: true }), calledOff]);
    if (signal.aborted) return { ok: false, code: 'aborted', message: say`It was cancelled before it began.` };
    return client.measure(request, onProgress, signal);
  }
  const answer = measured();
  const freed = answer.then((result) => (result.ok ? undefined : comeBack(client))).finally(gone);
  void freed.then(free);
  return answer;
}
