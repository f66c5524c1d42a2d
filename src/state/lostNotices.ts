import type { Backend, RunHeader } from '../../engine/log.ts';
import type { Failure } from '../inference/client.ts';
import { problem, type Problem } from './problem.ts';
import { say, type Phrase } from '../../engine/phrase.ts';

const cause = (failure: Failure, backend: Backend = 'webgpu') => ({
  'out-of-memory': backend === 'webgpu' ? say`The GPU ran out of memory.` : say`The model ran out of memory.`, timeout: say`The model stopped responding.`,
} as Partial<Record<Failure['code'], Phrase>>)[failure.code] ?? say`The browser took the GPU or the model's worker away.`;

/** The model is loaded on the processor in place of the GPU. */
export const gpuGaveUp = (failure: Failure): Problem =>
  problem('backend-changed', say`${cause(failure)} The model runs on the processor (WASM) now.`, say`To try the GPU again, choose it under "Runs on".`);

/** An interrupted run went on. */
export function wentOn(failure: Failure, header: RunHeader, backend: Backend): Problem {
  const moved = backend !== header.backend;
  const why = cause(failure, header.backend);
  return problem(
    moved ? 'backend-changed' : 'run-resumed',
    moved ? say`${why} The run continued where it was, on the processor (WASM); nothing was lost.` : say`${why} The run continued where it was; nothing was lost.`,
    moved ? say`Generated again in one piece it may differ from here on, because backends round differently.` : failure.code === 'out-of-memory' ? say`Images are decoded one at a time now, which takes less memory.` : undefined,
  );
}

/** What the next visit will have to fetch again, and why. */
export const storageFull = (): Problem =>
  problem('storage-full', say`There is no room left to keep the model in this browser, so it is used from memory.`, say`The next visit downloads it again. To make room, delete some under "Manage stored packs" in the pack menu.`);

/** Graphs failed with several tokens a pass. */
export const oneAPass = (reason: Phrase): Problem =>
  problem('one-a-pass', say`Several tokens a pass failed on this device. Each pass decodes one token now; the picture stays the same.`, reason);
