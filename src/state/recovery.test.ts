import { describe, expect, test, vi } from 'vitest';
import type { TokenEvent } from '../../engine/log.ts';
import type { Failure, GenerateReport, GenerateRequest, OnEvents, Result } from '../inference/client.ts';
import { askAgain, generateWithRecovery } from './recovery.ts';
import { say } from '../../engine/phrase.ts';

const event = (t: number) => ({ t, token: 10 + t, entropy: t === 0 ? null : t / 2, source: 'sampled' }) as TokenEvent;
const lost: Failure = { ok: false, code: 'worker-lost', message: say`gone` };
const done = { ok: true, value: { complete: true } } as Result<GenerateReport>;

/** A client whose n-th call sends some events, then answers. */
function setup(calls: { sends: number; answers: Result<GenerateReport> }[], options: { ready?: boolean; cancelled?: () => boolean } = {}) {
  const log: TokenEvent[] = [];
  const asked: GenerateRequest[] = [];
  const generate = vi.fn(async ([request]: GenerateRequest[], onEvents: OnEvents): Promise<Result<GenerateReport[]>> => {
    const call = calls[Math.min(asked.length, calls.length - 1)]!;
    asked.push(request!);
    for (let i = 0; i < call.sends; i++) onEvents(0, [event(log.length)]);
    return call.answers.ok ? { ok: true, value: [call.answers.value] } : call.answers;
  });
  const recover = vi.fn(async () => options.ready ?? true);
  const run = generateWithRecovery({ class: 0, seed: 1, settings: {} as never }, {
    client: { generate }, events: () => log, onEvents: (batch) => void log.push(...batch), onPicture: () => undefined,
    recover, cancelled: options.cancelled ?? (() => false),
  });
  return { run, asked, recover, log };
}

describe('a run whose worker is lost', () => {
  test.each(['worker-lost', 'timeout', 'out-of-memory'] as const)('goes on from its log after "%s"', async (code) => {
    const { run, asked, recover, log } = setup([{ sends: 3, answers: { ...lost, code } }, { sends: 2, answers: done }]);
    expect(await run).toEqual(done);
    expect(recover).toHaveBeenCalledOnce();
    expect(asked[0]).not.toHaveProperty('resume');
    expect(asked[1]!.resume).toEqual([{ token: 10, entropy: null }, { token: 11, entropy: 0.5 }, { token: 12, entropy: 1 }]);
    expect(log.map((e) => e.t)).toEqual([0, 1, 2, 3, 4]);
  });

  test('is not tried for ever', async () => {
    const { run, asked } = setup([{ sends: 1, answers: lost }]);
    expect(await run).toBe(lost);
    expect(asked).toHaveLength(3);
  });

  test('ends where no model can be had', async () => {
    const { run, asked } = setup([{ sends: 1, answers: lost }], { ready: false });
    expect(await run).toBe(lost);
    expect(asked).toHaveLength(1);
  });

  test('a failure of the run itself is not repeated', async () => {
    const { run, recover } = setup([{ sends: 1, answers: { ok: false, code: 'graph-failed', message: say`NaN` } }]);
    expect(await run).toMatchObject({ code: 'graph-failed' });
    expect(recover).not.toHaveBeenCalled();
  });

  test('stopping while the model comes back ends the run', async () => {
    let calls = 0;
    const { run, asked } = setup([{ sends: 1, answers: lost }], { cancelled: () => ++calls > 1 });
    expect(await run).toMatchObject({ code: 'stopped' });
    expect(asked).toHaveLength(1);
  });
});

test('a question whose worker is lost is asked once more, after the model was loaded', async () => {
  const steps: string[] = [];
  const ask = (...answers: Result<number>[]) => async () => {
    steps.push('ask');
    return answers.shift() ?? lost;
  };
  const load = async () => void steps.push('load');
  expect(await askAgain(ask(lost, { ok: true, value: 1 }), load)).toEqual({ ok: true, value: 1 });
  expect(steps).toEqual(['ask', 'load', 'ask']);
  expect(await askAgain(ask(), load)).toBe(lost);
  expect(steps).toHaveLength(6);
  expect(await askAgain(ask({ ...lost, code: 'shard-missing' }), load)).toMatchObject({ code: 'shard-missing' });
  expect(steps).toHaveLength(7);
});
