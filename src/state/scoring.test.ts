import { expect, test, vi } from 'vitest';
import type { TokenEvent } from '../../engine/log.ts';
import { say } from '../../engine/phrase.ts';
import { tinyGptManifest, tinyManifest } from '../../engine/testing/manifest.ts';
import type { InferenceClientApi } from '../inference/client.ts';
import { createPack } from './pack.ts';
import { askAgain } from './recovery.ts';
import { createRun } from './run.ts';
import { scoreRuns } from './scoring.ts';

const event = (t: number): TokenEvent => ({ t, token: t, entropy: null, opens: [t === 0 ? 'first' : 'full'], source: 'sampled', patch: t, logprob: 0, classLogprob: 0, alternatives: [], times: {} });
const nullClass = () => {
  const manifest = { ...tinyGptManifest(), entropySource: 'null-class' as const };
  delete manifest.entropyModel;
  return manifest;
};

function studio(manifest: ReturnType<typeof tinyGptManifest> | ReturnType<typeof tinyManifest>) {
  const run = createRun();
  const pack = createPack();
  const [free, comeBack] = [vi.fn(async () => undefined), vi.fn(async () => undefined)];
  const score = vi.fn(async (tokens: number[]) => ({ ok: true as const, value: tokens.map((_, i) => (i === 0 ? null : 2 + i)) }));
  scoreRuns({ run, pack, client: () => ({ score, free } as unknown as InferenceClientApi), ask: (_, question) => askAgain(question, comeBack) });
  pack.setState({ manifest, hash: 'h', model: 'ready' });
  const header = {
    pack: { name: 'tiny', hash: 'h' }, variant: 'fp32', backend: 'wasm' as const, class: 0, className: 'x', seed: 1, grid: { ...manifest.grid }, settings: manifest.defaults,
  };
  const finish = async (hash = 'h') => {
    const id = run.begin({ ...header, pack: { name: 'tiny', hash } });
    run.append(id, [0, 1, 2].map(event), 1);
    run.end(id, { complete: true, digest: 'd', wallMs: 1 });
    await Promise.resolve();
    await Promise.resolve();
    return run.getState().events.map(({ entropy }) => entropy);
  };
  return { run, pack, score, free, comeBack, finish };
}

test('a finished run of a GPT gets the entropies of its null class, once', async () => {
  const { run, pack, score, finish } = studio(nullClass());
  expect(await finish()).toEqual([null, 3, 4]);
  expect(run.getState().digest).toBe('d');
  pack.setState({ problem: null });
  expect(score).toHaveBeenCalledTimes(1);
  expect(score).toHaveBeenCalledWith([0, 1, 2], expect.anything());
});

test('packs with an entropy model, runs of another pack and a model that is not there are left alone', async () => {
  for (const manifest of [tinyGptManifest(), tinyManifest()]) expect(await studio(manifest).finish()).toEqual([null, null, null]);
  expect(await studio(nullClass()).finish('other')).toEqual([null, null, null]);
  const away = studio(nullClass());
  away.pack.setState({ model: 'loading' });
  expect(await away.finish()).toEqual([null, null, null]);
  away.pack.setState({ model: 'ready' });
  await Promise.resolve();
  await Promise.resolve();
  expect(away.run.getState().events[1]!.entropy).toBe(3);
});

test.each([['busy', 'free'], ['worker-lost', 'comeBack']] as const)('a model that answered "%s" is asked again once it is there for it', async (code, waits) => {
  const { run, score, finish, ...deps } = studio(nullClass());
  score.mockResolvedValueOnce({ ok: false, code, message: say`m` } as never);
  await finish();
  await vi.waitFor(() => expect(run.getState().events.map(({ entropy }) => entropy)).toEqual([null, 3, 4]));
  expect(score).toHaveBeenCalledTimes(2);
  expect(deps[waits]).toHaveBeenCalledOnce();
});

test('a run guided against another class than the null class has no entropies of it, and gets them, too', async () => {
  const manifest = nullClass();
  expect(await studio({ ...manifest, defaults: { ...manifest.defaults, against: 1 } }).finish()).toEqual([null, 3, 4]);
});

test('a score that comes after another run began changes nothing', async () => {
  const { run, score, finish } = studio(nullClass());
  let answer!: (value: { ok: true; value: number[] }) => void;
  score.mockImplementationOnce(() => new Promise((resolve) => { answer = resolve as never; }));
  await finish();
  const id = run.begin(run.getState().header!);
  run.append(id, [event(0)], 1);
  answer({ ok: true, value: [0, 1, 2] });
  await Promise.resolve();
  expect(run.getState().events.map(({ entropy }) => entropy)).toEqual([null]);
});
