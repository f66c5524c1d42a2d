import { choose } from '../../engine/sampling.ts';
import { InferenceClient } from '../../src/inference/client.ts';

/** The page's half of the worker boundary, for tests that drive it without the studio; and the sampler. */
Object.assign(globalThis, { client: new InferenceClient(), choose });
