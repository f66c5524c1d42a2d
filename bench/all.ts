import type { Bench } from './harness.ts';
import { bench as attention } from './attention.ts';
import { bench as batch } from './batch.ts';
import { bench as dynamic } from './dynamic.ts';
import { bench as launches } from './launches.ts';
import { bench as native } from './native.ts';
import { bench as overhead } from './overhead.ts';
import { bench as passes } from './passes.ts';
import { bench as recompute } from './recompute.ts';
import { bench as scale } from './scale.ts';
import { bench as smooth } from './smooth.ts';
import { bench as startup } from './startup.ts';
import { bench as steps } from './steps.ts';
import { bench as training } from './training.ts';
import { bench as transformers } from './transformers.ts';
import { bench as variants } from './variants.ts';

/** In the order of docs/performance.md. */
export const benches: Bench[] = [recompute, dynamic, overhead, native, startup, smooth, attention, scale, launches, passes, batch, steps, variants, transformers, training];
