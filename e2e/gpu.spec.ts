import { expect, test, type Page } from '@playwright/test';
import type { GpuPage, GpuRun, SampleCase } from './pages/gpu.ts';
import { fixturePack } from './packs.ts';
import { goldenCases, sampleCases, wrongWith } from './sample-cases.ts';

type Scope = { gpu: GpuPage };
/** The smallest: software rendering takes its time. */
const pack = fixturePack('pico');
/** Enough for several patches. */
const TOKENS = 12;

async function open(page: Page): Promise<void> {
  await page.goto('/e2e/pages/gpu.html');
  await page.waitForFunction(() => 'gpu' in globalThis);
  expect(await page.evaluate(() => (globalThis as unknown as Scope).gpu.open())).toMatchObject({ sampler: true });
}

const run = (page: Page, changes: object, host: boolean): Promise<GpuRun> => page.evaluate(
  ([path, settings, onHost, limit]) => (globalThis as unknown as Scope).gpu.run(path, 5, settings, onHost, limit), [pack.manifest, changes, host, TOKENS] as const,
);

test('the sampler of the GPU chooses as the processor does', async ({ page }) => {
  await open(page);
  const cases = sampleCases();
  const answers = await page.evaluate((list: SampleCase[]) => (globalThis as unknown as Scope).gpu.sample(list), cases);
  expect(answers).toHaveLength(cases.length);
  const wrong = answers.map(({ got, want }, i) => wrongWith(cases[i]!, got, want)).filter((reason) => reason !== null);
  expect(wrong).toEqual([]);
});

test('tokens of the golden vectors come out of the sampler of the GPU and of the processor', async ({ page }) => {
  await open(page);
  const cases = goldenCases();
  const answers = await page.evaluate((list: SampleCase[]) => (globalThis as unknown as Scope).gpu.sample(list), cases.map(({ sample }) => sample));
  const tokens = cases.map(({ token }) => token);
  expect(answers.map(({ got }) => got.token)).toEqual(tokens);
  expect(answers.map(({ want }) => want.token)).toEqual(tokens);
});

test('recorded kernels give the tokens that kernels started one by one give, on the image after the first too', async ({ page }) => {
  test.setTimeout(600_000);
  await open(page);
  const seeds = [5, 6, 5];
  const changes = { maxPatchLength: 2 };
  const recorded = await page.evaluate(
    ([path, list, settings, limit]) => (globalThis as unknown as Scope).gpu.captured(path, list, settings, limit), [pack.manifest, seeds, changes, TOKENS] as const,
  );
  const each = await run(page, changes, false);
  const numbers = (list: (number | null)[]) => list.map((value) => value ?? 0);
  expect(each.tokens).toHaveLength(TOKENS);
  for (const one of [recorded[0]!, recorded[2]!]) {
    expect(one.tokens).toEqual(each.tokens);
    numbers(one.entropies).forEach((entropy, t) => expect(entropy).toBeCloseTo(each.entropies[t] ?? 0, 4));
    numbers(one.logprobs).forEach((logprob, t) => expect(logprob).toBeCloseTo(each.logprobs[t] ?? 0, 4));
  }
  expect(recorded[1]!.tokens).not.toEqual(each.tokens);
  // A replayed kernel is bound already; what is left is the sampler.
  for (const { steps } of recorded.slice(1)) expect(steps.map(({ bindings }) => bindings)).toEqual(Array<number>(TOKENS).fill(1));
  expect(Math.min(...each.steps.slice(1).map(({ bindings }) => bindings))).toBeGreaterThan(20);
});

test('several tokens a pass are the tokens of one a pass, at one wait a pass', async ({ page }) => {
  test.setTimeout(600_000);
  await open(page);
  for (const name of ['pico', 'nano-gpt']) {
    const { manifest } = fixturePack(name);
    const [one, ...several] = await page.evaluate(async ([path, limit]) => {
      const { gpu } = globalThis as unknown as Scope;
      return [await gpu.run(path, 21, {}, false, limit, 1), await gpu.run(path, 21, {}, false, limit, 8), await gpu.run(path, 21, {}, false, limit, 64)] as const;
    }, [manifest, TOKENS] as const);
    const [beside] = await page.evaluate(([path, limit]) => (globalThis as unknown as Scope).gpu.captured(path, [21], {}, limit, 8), [manifest, TOKENS] as const);
    expect(beside!.tokens, 'where the graphs of one position are recorded, those of windows are not').toEqual(one.tokens);
    for (const got of several) {
      expect(got.tokens).toEqual(one.tokens);
      expect(got.patches).toBe(one.patches);
      expect(got.passes).toBeLessThan(TOKENS);
      // Entropies of the first drafts are read before the first pass.
      expect(got.waits).toBe(got.passes + (name === 'pico' ? 1 : 0));
      got.entropies.forEach((entropy, t) => expect(entropy ?? 0).toBeCloseTo(one.entropies[t] ?? 0, 4));
      got.logprobs.forEach((logprob, t) => expect(logprob ?? 0).toBeCloseTo(one.logprobs[t] ?? 0, 4));
    }
  }
});

// The rest takes minutes on a software adapter: `npm run test:soak` runs it.
const long = process.env.STUDIO_LONG === '1';

test('a token costs one wait, whether it opens a patch or not, and the run is the one sampled on the processor', async ({ page }) => {
  test.skip(!long, 'too long for every run: npm run test:soak runs it');
  test.setTimeout(600_000);
  await open(page);
  const beside = await run(page, {}, false);
  const host = await run(page, {}, true);
  const numbers = (list: (number | null)[]) => list.map((value) => value ?? 0);
  expect(beside.tokens).toHaveLength(TOKENS);
  expect(beside.tokens).toEqual(host.tokens);
  expect(beside.patches).toBe(host.patches);
  expect(beside.patches).toBeLessThan(TOKENS);
  numbers(beside.entropies).forEach((entropy, t) => expect(entropy).toBeCloseTo(host.entropies[t] ?? 0, 4));
  numbers(beside.logprobs).forEach((logprob, t) => expect(logprob).toBeCloseTo(host.logprobs[t] ?? 0, 4));
  expect(beside.alternatives.map((list) => list.map(([token]) => token))).toEqual(host.alternatives.map((list) => list.map(([token]) => token)));
  expect(beside.steps.map(({ waits }) => waits)).toEqual(Array<number>(TOKENS).fill(1));
  expect(host.steps.map(({ waits }) => waits)).toEqual(Array<number>(TOKENS).fill(5));
});

test('without guidance and without the entropy model a token costs one wait too', async ({ page }) => {
  test.skip(!long, 'too long for every run: npm run test:soak runs it');
  test.setTimeout(600_000);
  await open(page);
  const { steps, patches } = await run(page, { guidance: 1, maxPatchLength: 1 }, false);
  expect(patches).toBe(TOKENS);
  expect(steps.map(({ waits }) => waits)).toEqual(Array<number>(TOKENS).fill(1));
  expect(steps[3]!.stages).not.toContain('entropy');
});
