/** `npm run bench [name ...]`: the comparisons of bench/, one after the other; results go to bench/results. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import { whole } from '../node/options.ts';
import { findPack } from '../node/pack.ts';
import { resultOf, toJson, verdict, type Bench } from './harness.ts';
import { writeDocs } from './lib/docs.ts';
import { Host } from './lib/host.ts';
import { BUSY, describeMachine, machineText } from './lib/machine.ts';
import { textTable } from './lib/table.ts';
import { benches } from './all.ts';

const root = join(import.meta.dirname, '..');
const CUT = 24;

const command = new Command('bench')
  .description(`Measures ${benches.map(({ name }) => name).join(', ')}; all of them without names.`)
  .argument('[names...]', 'which benches')
  .option('--repeats <n>', 'rounds; every contestant runs once in each', whole(1, 9999), 5)
  .option('--quick', `try it out: one round, images cut to ${CUT} tokens, nothing written or judged`)
  .option('--pack <name>', 'name of a pack in public/models', 'eurosat')
  .option('--docs', 'only write docs/performance.md from bench/results');
command.parse();

interface Options { repeats: number; quick?: boolean; pack: string; docs?: boolean }

async function measure(bench: Bench, host: Host, { repeats, quick = false, pack }: Options): Promise<void> {
  console.log(`\n--- ${bench.name}: ${bench.title}`);
  const machine = { ...(await describeMachine()), chromium: await host.chromiumVersion() };
  if (machine.busy > BUSY && !quick) console.log(`Other programs take ${Math.round(machine.busy * 100)} % of the processor: figures are kept, but not judged.`);
  const began = performance.now();
  const outcome = await bench.run({
    repeats: quick ? 1 : repeats, limit: quick ? CUT : null, host, log: (text) => console.log(text),
    pack: findPack(pack, join(root, 'public', 'models')),
  });
  const words = ['npm run bench', bench.name, ...(repeats === 5 && pack === 'eurosat' ? [] : ['--', ...(repeats === 5 ? [] : ['--repeats', String(repeats)]), ...(pack === 'eurosat' ? [] : ['--pack', pack])])];
  const result = resultOf(bench, outcome, machine, words.join(' '), new Date(), !quick);
  console.log(`${textTable(result.rows)}\n\n${verdict(result)}\n${machineText(machine)}; took ${Math.round((performance.now() - began) / 1000)} s`);
  if (quick) return;
  const folder = join(root, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${bench.name}.json`), toJson(result));
  console.log(`written to ${relative(root, join(folder, `${bench.name}.json`))}`);
}

async function measureAll(chosen: readonly Bench[], options: Options): Promise<void> {
  const host = new Host();
  try {
    for (const bench of chosen) await measure(bench, host, options);
  } finally {
    await host.close();
  }
}

const options = command.opts<Options>();
const unknown = command.args.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(`There is no bench "${unknown[0]}"; the benches are ${benches.map(({ name }) => name).join(', ')}.`);
  process.exitCode = 2;
} else {
  if (!options.docs) await measureAll(benches.filter(({ name }) => command.args.length === 0 || command.args.includes(name)), options);
  if (!options.quick) writeDocs(root, benches);
}
