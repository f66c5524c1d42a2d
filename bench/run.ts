/** `npm run bench [name ...]`: the comparisons of bench/, one after the other; results go to bench/results. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { StudioError } from '../engine/errors.ts';
import { say } from '../engine/phrase.ts';
import type { Output } from '../node/cli.ts';
import { failed } from '../node/failed.ts';
import { isMain } from '../node/main.ts';
import { named, whole } from '../node/options.ts';
import { findPack, readPack } from '../node/pack.ts';
import { outlivePrinting } from '../node/printing.ts';
import { resultOf, toJson, verdict, type Bench } from './harness.ts';
import { writeDocs } from './lib/docs.ts';
import { Host } from './lib/host.ts';
import { BUSY, describeMachine, machineText } from './lib/machine.ts';
import { textTable } from './lib/table.ts';
import { benches } from './all.ts';

const root = join(import.meta.dirname, '..');
const CUT = 24;

interface Options { repeats: number; quick?: boolean; pack: string; docs?: boolean }

const commandLine = (output: Output): Command => new Command('bench')
  .description(`Measures ${benches.map(({ name }) => name).join(', ')}; all of them without names.`)
  .argument('[names...]', 'which benches')
  .option('--repeats <n>', 'rounds; every contestant runs once in each', whole(1, 9999), 5)
  .option('--quick', `try it out: one round, images cut to ${CUT} tokens, nothing written or judged`)
  .option('--pack <name>', 'name of a pack in public/models', named, 'eurosat')
  .option('--docs', 'only write docs/performance.md from bench/results')
  .configureOutput({ writeOut: (text) => output.out(text.trimEnd()), writeErr: (text) => output.err(text.trimEnd()) })
  .exitOverride();

/** The benches of these names, all without names. Throws `bad-argument`. */
function benchesOf(names: readonly string[]): Bench[] {
  const unknown = names.find((name) => !benches.some((bench) => bench.name === name));
  if (unknown !== undefined) throw new StudioError('bad-argument', say`There is no bench "${unknown}"; the benches are ${benches.map(({ name }) => name).join(', ')}.`);
  return benches.filter(({ name }) => names.length === 0 || names.includes(name));
}

/** Folder of a pack that all of these benches can measure. Throws `pack-missing`, or `bad-argument` with the reason. */
async function packFor(chosen: readonly Bench[], name: string): Promise<string> {
  const folder = findPack(name, join(root, 'public', 'models'));
  const { manifest } = await readPack(folder);
  for (const bench of chosen) {
    const why = bench.unfit?.(manifest) ?? null;
    if (why !== null) throw new StudioError('bad-argument', say`The bench ${bench.name} cannot measure the pack ${manifest.name}: ${why}. Name another pack with --pack, or other benches.`);
  }
  return folder;
}

async function measure(bench: Bench, host: Host, folder: string, { repeats, quick = false, pack }: Options): Promise<void> {
  console.log(`\n--- ${bench.name}: ${bench.title}`);
  const machine = { ...(await describeMachine()), chromium: await host.chromiumVersion() };
  if (machine.busy > BUSY && !quick) console.log(`Other programs take ${Math.round(machine.busy * 100)} % of the processor: figures are kept, but not judged.`);
  const began = performance.now();
  const outcome = await bench.run({ repeats: quick ? 1 : repeats, limit: quick ? CUT : null, host, log: (text) => console.log(text), pack: folder });
  const words = ['npm run bench', bench.name, ...(repeats === 5 && pack === 'eurosat' ? [] : ['--', ...(repeats === 5 ? [] : ['--repeats', String(repeats)]), ...(pack === 'eurosat' ? [] : ['--pack', pack])])];
  const result = resultOf(bench, outcome, machine, words.join(' '), new Date(), !quick);
  console.log(`${textTable(result.rows)}\n\n${verdict(result)}\n${machineText(machine)}; took ${Math.round((performance.now() - began) / 1000)} s`);
  if (quick) return;
  const results = join(root, 'bench', 'results');
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, `${bench.name}.json`), toJson(result));
  console.log(`written to ${relative(root, join(results, `${bench.name}.json`))}`);
}

async function measureAll(chosen: readonly Bench[], options: Options): Promise<void> {
  const folder = await packFor(chosen, options.pack);
  const host = new Host();
  try {
    for (const bench of chosen) await measure(bench, host, folder, options);
  } finally {
    await host.close();
  }
}

/** The command; returns its exit code. */
export async function main(argv: readonly string[], output: Output): Promise<number> {
  try {
    const command = commandLine(output).parse(argv, { from: 'user' });
    const options = command.opts<Options>();
    const chosen = benchesOf(command.args);
    if (!options.docs) await measureAll(chosen, options);
    if (!options.quick) writeDocs(root, benches);
    return 0;
  } catch (error) {
    if (error instanceof StudioError || error instanceof CommanderError) return failed(error, output.err);
    throw error;
  }
}

if (isMain(import.meta.url)) {
  outlivePrinting(process);
  process.exitCode = await main(process.argv.slice(2), { out: (text) => console.log(text), err: (text) => console.error(text) });
}
