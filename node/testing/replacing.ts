import { around, type GraphRunner } from '../../engine/graph-runner.ts';
import type { NodeRunner } from '../runtime.ts';

/** A runner whose presents replace their pasts, for tests, around one that writes them in place. */
export const replacing = (inPlace: NodeRunner): GraphRunner => ({ ...around(inPlace, (call) => inPlace.runAs('replaced', call)), cacheForm: () => 'replaced' });
