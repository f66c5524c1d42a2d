/** Guidance against another class: PyTorch's golden vectors (models/export/against_vectors.py), and the command line. */
import { readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { decodeGraphs } from '../engine/decode-graphs.ts';
import { tokensOf, type Run } from '../engine/log.ts';
import { decodeImages } from './image.ts';
import { main } from './generate.ts';
import { readPack } from './pack.ts';
import { NodeRunner } from './runtime.ts';

interface Golden {
  class: number;
  against: number;
  guidance: number;
  entropyThreshold: number;
  packs: Record<string, { tokens: number[]; margin: number }>;
}

const fixtures = join(import.meta.dirname, '../fixtures');
const golden = JSON.parse(readFileSync(join(fixtures, 'against.json'), 'utf8')) as Golden;
const folder = mkdtempSync(join(tmpdir(), 'against-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each(Object.entries(golden.packs))('the likeliest tokens of pack %s are those of PyTorch', async (name, { tokens }) => {
  const pack = await readPack(join(fixtures, 'models', name));
  const runner = new NodeRunner(pack, { variant: 'fp32' });
  const graphs = decodeGraphs(runner, pack.manifest);
  const { guidance, against, entropyThreshold } = golden;
  const fixed = pack.manifest.kind === 'gpt' ? {} : { entropyThreshold };
  for (const window of [1, 8]) {
    const settings = { ...pack.manifest.defaults, ...fixed, guidance, against, temperature: 0, window };
    const [log] = await decodeImages(graphs, pack, 'fp32', [{ class: golden.class, seed: 0, settings }]);
    expect(tokensOf(log!.events)).toEqual(tokens);
  }
  graphs.dispose();
  await runner.release();
});

async function generate(...more: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const argv = ['--models-dir', join(fixtures, 'models'), '--pack', 'pico', '--class', 'Alpha', '--out', folder, ...more];
  const code = await main(argv, { out: (text) => out.push(text), err: (text) => err.push(text) });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
const runOf = (seed: number) => JSON.parse(readFileSync(join(folder, `pico-Alpha-${seed}.run.json`), 'utf8')) as Run;

test('--set against=CLASS makes another picture and stands in its run; none is the default', async () => {
  expect(await generate('--seed', '1', '--set', 'against=gamma', '--set', 'guidance=4')).toMatchObject({ code: 0, err: '' });
  expect(await generate('--seed', '2', '--set', 'against=none', '--set', 'guidance=4')).toMatchObject({ code: 0, err: '' });
  expect(runOf(1).header.settings).toMatchObject({ guidance: 4, against: 2 });
  expect(runOf(2).header.settings).not.toHaveProperty('against');
  const [log] = await (async () => {
    const pack = await readPack(join(fixtures, 'models/pico'));
    const runner = new NodeRunner(pack);
    const logs = await decodeImages(decodeGraphs(runner, pack.manifest), pack, runner.variant, [{ class: 0, seed: 1, settings: { ...pack.manifest.defaults, guidance: 4 } }]);
    await runner.release();
    return logs;
  })();
  expect(runOf(1).digest).not.toBe(log!.digest());
});

test('a class that is not there, or the own one, is named with exit code 2; without guidance it has no effect, and that is reported', async () => {
  expect(await generate('--set', 'against=Desert')).toMatchObject({ code: 2, err: expect.stringContaining('no class "Desert". Use one of Alpha, Beta, Gamma.') });
  expect(await generate('--set', 'against=alpha')).toMatchObject({ code: 2, err: expect.stringContaining('Alpha is the class of the image itself') });
  expect(await generate('--seed', '3', '--set', 'against=Beta', '--set', 'guidance=1')).toMatchObject({ code: 0, err: expect.stringContaining('against has no effect at guidance 1') });
});
