import { beforeEach, expect, it } from 'vitest';
import type { Run, RunHeader } from '../../engine/log.ts';
import { say } from '../../engine/phrase.ts';
import { createRun, type RunState } from './run.ts';
import { createToast } from './toast.ts';
import { createWayBack } from './wayBack.ts';
import { recordedOf } from './testing/recordedOf.ts';

let run: ReturnType<typeof createRun>;
let toast: ReturnType<typeof createToast>;
let open: (seed: number) => () => void;
/** Seeds of the runs that were left by their way back. */
let left: number[];

beforeEach(() => {
  [run, toast, left] = [createRun(), createToast(), []];
  const wayBack = createWayBack({ run, toast, latest: () => undefined });
  open = (seed) => {
    const before: RunState = run.getState();
    run.showOpened({ run: { header: { className: 'River', seed } as RunHeader, events: [], digest: 'd', complete: true } as unknown as Run, picture: null });
    return wayBack(say`Opened ${seed}.`, async () => {
      await Promise.resolve();
      left.push(seed);
      run.restore(before);
    });
  };
});
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

it('is taken once, by the toast or by Back', async () => {
  const back = open(1);
  toast.undo();
  back();
  await settled();
  expect(left).toEqual([1]);
});

it('of a run that is still to come, it stays until that one leaves', async () => {
  const wayBack = createWayBack({ run, toast, latest: () => undefined });
  const asked = wayBack.bind(null, say`Generating ${7}`, async () => { left.push(7); }, ({ seed }) => seed === 7);
  for (const other of [2, null]) {
    asked();
    run.clear(); // the pack changes on the way, and shows a recorded run of its own
    run.showRecorded(recordedOf({ className: 'River', seed: 1 } as RunHeader, []));
    expect(toast.getState().toast).not.toBeNull();
    if (other === null) {
      run.begin({ className: 'River', seed: 7 } as RunHeader);
      expect(toast.getState().toast).not.toBeNull();
      toast.undo();
      await settled();
      expect(left).toEqual([7]);
    } else {
      run.begin({ className: 'River', seed: other } as RunHeader);
      expect(toast.getState().toast, 'another one came instead').toBeNull();
    }
  }
  asked();
  run.begin({ className: 'River', seed: 7 } as RunHeader);
  run.begin({ className: 'River', seed: 7 } as RunHeader);
  expect(toast.getState().toast, 'the same once more is another run').toBeNull();
});

it('ends once another run is in view, and the toast with it', async () => {
  const back = open(1);
  run.begin({ className: 'River', seed: 2 } as RunHeader);
  expect(toast.getState().toast).toBeNull();
  back();
  await settled();
  expect([left, run.getState().header?.seed]).toEqual([[], 2]);
});

it('holds again when the run opened over its own is taken back, also right after one another', async () => {
  const [first, second] = [open(1), open(2)];
  expect(toast.getState().toast?.text).toEqual(say`Opened ${2}.`);
  second();
  first();
  await settled();
  expect([left, run.getState().phase]).toEqual([[2, 1], 'empty']);
});

it('a recorded run of the same class and seed on the way does not take the way back', async () => {
  const wayBack = createWayBack({ run, toast, latest: () => undefined });
  wayBack(say`Generating ${7}`, async () => undefined, ({ seed }) => seed === 7);
  run.clear();
  run.showRecorded(recordedOf({ className: 'River', seed: 7 } as RunHeader, []));
  expect(toast.getState().toast).not.toBeNull();
  run.begin({ className: 'River', seed: 7 } as RunHeader);
  expect(toast.getState().toast).not.toBeNull();
});
