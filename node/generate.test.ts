import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { StudioError } from '../engine/errors.ts';
import { parseRun } from '../engine/log.ts';
import { requiredGraphs, windowGraphs } from '../engine/manifest.ts';
import { quote, say } from '../engine/phrase.ts';
import { settingsTable } from '../engine/settings.ts';
import { tinyManifest } from '../engine/testing/manifest.ts';
import { main } from './generate.ts';
import { NodeRunner } from './runtime.ts';

let models: string;
beforeAll(() => {
  models = mkdtempSync(join(tmpdir(), 'packs-'));
  const write = (name: string, text: string) => {
    mkdirSync(join(models, name));
    writeFileSync(join(models, name, 'manifest.json'), text);
  };
  write('tiny', JSON.stringify(tinyManifest()));
  write('later', JSON.stringify({ ...tinyManifest(), formatVersion: 9 }));
  write('torn', '{"formatVersion": 1,');
});
afterAll(() => rmSync(models, { recursive: true }));

async function run(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(argv, { out: (t) => out.push(t), err: (t) => err.push(t) });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
const tiny = (...more: string[]) => run('--models-dir', models, '--pack', 'tiny', '--class', 'River', '--out', join(models, 'out'), ...more);

test('help lists every option and every setting', async () => {
  const { code, out } = await run('--help');
  expect(code).toBe(0);
  for (const word of ['--pack', '--class', '--seed', '--count', '--set', '--out', '--models-dir', '--variant', 'Exit codes', '0 to 20 nats', ...settingsTable.map((p) => p.key)]) expect(out).toContain(word);
  expect(out).toContain('(default: public/models)');
});

test.each<[string, string[], string]>([
  ['no such pack', ['--pack', 'mars'], 'There is no pack "mars". Use one of later, tiny, torn, or the path'],
  ['no such class', ['--class', 'Desert'], 'no class "Desert". Use one of Forest, Sea or lake, River.'],
  ['bad seed', ['--seed', 'x'], 'whole number from 0 to 4294967295, got "x"'],
  ['bad count', ['--count', '0'], 'whole number from 1 to 10000'],
  ['bad number', ['--set', 'entropyThreshold=abc'], 'E_th must be a number in nats, got "abc".'],
  ['bad range', ['--set', 'guidance=99'], 'Guidance must be between 0 and 20'],
  ['no such setting', ['--set', 'colour=1'], 'no setting "colour"'],
  ['no value', ['--set', 'guidance'], 'key=value'],
  ['too long patches', ['--set', 'rowReset=off', '--set', 'lengthGate=off'], 'at most 4'],
  ['no such variant', ['--variant', 'q8'], 'no variant "q8". Use one of fp32.'],
  ['an empty folder for pictures', ['--out', ''], "option '--out <dir>' argument '' is invalid. It must not be empty."],
  ['an empty folder of packs', ['--models-dir', ''], "option '--models-dir <dir>' argument '' is invalid"],
  ['an empty pack', ['--pack', ' '], "option '--pack <name>' argument ' ' is invalid"],
  ['an empty class', ['--class', ''], "option '--class <class>' argument '' is invalid"],
  ['unknown option', ['--speed', '9'], "unknown option '--speed'"],
])('%s is one clear sentence and exit code 2', async (_, argv, message) => {
  const { code, err } = await tiny(...argv);
  expect(err).toContain(message);
  expect(code).toBe(2);
  expect(err).not.toContain('    at ');
});

test('options that are needed are asked for', async () => {
  expect(await run('--pack', 'tiny')).toMatchObject({ code: 2, err: expect.stringContaining("required option '--class <class>'") });
});

test.each([['later', 'formatVersion 9; this studio reads version 1'], ['torn', 'manifest.json is not JSON']])('pack %s cannot be used: exit code 1', async (pack, message) => {
  const { code, err } = await tiny('--pack', pack);
  expect([code, err]).toEqual([1, expect.stringContaining(message)]);
});

test('a pack whose files are missing says which', async () => {
  const { code, err } = await tiny();
  expect([code, err]).toEqual([1, expect.stringContaining('file fp32/entropy_window.onnx is missing')]);
});

test.each([
  ['an image by itself', 1, [], [...windowGraphs.dpar, 'tokenizer_decoder']],
  ['an image by itself at one token a pass', 1, ['--set', 'window=1'], requiredGraphs.dpar],
  ['two images at once', 2, [], requiredGraphs.dpar],
  ['two images at once, and one after them', 3, ['--batch', '2'], [...requiredGraphs.dpar, ...windowGraphs.dpar]],
])('%s: its graphs are opened before the clock starts, and no others', async (_, count, more, graphs) => {
  const opened = new Set<string>();
  const late: string[] = [];
  const { session, run: runGraph } = NodeRunner.prototype;
  const spies = [
    vi.spyOn(NodeRunner.prototype, 'session').mockImplementation(function (this: NodeRunner, graph) {
      opened.add(graph);
      return session.call(this, graph);
    }),
    vi.spyOn(NodeRunner.prototype, 'run').mockImplementation(function (this: NodeRunner, call) {
      if (!opened.has(call.graph)) late.push(call.graph);
      return runGraph.call(this, call);
    }),
  ];
  const fixtures = fileURLToPath(new URL('../fixtures/models', import.meta.url));
  const { code } = await run('--models-dir', fixtures, '--pack', 'pico', '--class', '0', '--count', String(count), '--out', join(models, 'out'), ...more);
  for (const spy of spies) spy.mockRestore();
  expect([code, late]).toEqual([0, []]);
  expect([...opened].sort()).toEqual([...graphs].sort());
});

test('a run says with how many others it was decoded, and by which window', async () => {
  const out = join(models, 'together');
  const fixtures = fileURLToPath(new URL('../fixtures/models', import.meta.url));
  await run('--models-dir', fixtures, '--pack', 'pico', '--class', '0', '--seed', '1', '--count', '3', '--batch', '2', '--out', out);
  const runs = readdirSync(out).filter((name) => name.endsWith('.run.json')).sort().map((name) => parseRun(JSON.parse(readFileSync(join(out, name), 'utf8'))));
  expect(runs.map(({ header, together, window }) => [header.seed, together, window])).toEqual([[1, 2, 1], [2, 2, 1], [3, undefined, 16]]);
});

test('a graph that failed is named with the words of the runtime', async () => {
  const spy = vi.spyOn(NodeRunner.prototype, 'session').mockRejectedValue(new StudioError('graph-failed', say`The graph encoder could not be loaded.`, quote('Unknown opset')));
  const fixtures = fileURLToPath(new URL('../fixtures/models', import.meta.url));
  const { code, err } = await run('--models-dir', fixtures, '--pack', 'pico', '--class', '0', '--out', join(models, 'failed'));
  spy.mockRestore();
  expect([code, err]).toEqual([1, 'error: The graph encoder could not be loaded.\n  Unknown opset']);
});
