import type { RunHeader } from '../../engine/log.ts';
import type { Failure } from '../inference/client.ts';
import { problem, type Problem } from './problem.ts';

const cause = (failure: Failure) => ({
  'out-of-memory': 'The GPU ran out of memory.', timeout: 'The model stopped responding.',
} as Partial<Record<Failure['code'], string>>)[failure.code] ?? 'The browser took the GPU or the model\'s worker away.';

/** The model is loaded on the processor in place of the GPU. */
export const gpuGaveUp = (failure: Failure): Problem =>
  problem('backend-changed', `${cause(failure)} The model runs on the processor (WASM) now.`, 'To try the GPU again, choose it under "Runs on".');

/** An interrupted run went on. */
export function wentOn(failure: Failure, header: RunHeader, backend: string | undefined): Problem {
  const moved = backend !== header.backend;
  return problem(
    moved ? 'backend-changed' : 'run-resumed',
    `${cause(failure)} The run continued where it was${moved ? ', on the processor (WASM)' : ''}; nothing was lost.`,
    moved ? 'Generated again in one piece it may differ from here on, because backends round differently.' : '',
  );
}

/** What the next visit will have to fetch again, and why. */
export const storageFull = (): Problem =>
  problem('storage-full', 'There is no room left to keep the model in this browser, so it is used from memory.', 'The next visit downloads it again. Delete kept packs under "Stored" to make room.');

/** Graphs failed with several tokens a pass. */
export const oneAPass = (reason: string): Problem =>
  problem('one-a-pass', 'Several tokens a pass failed on this device. Each pass decodes one token now; the picture stays the same.', reason);
