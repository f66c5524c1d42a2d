/** docs/performance.md, written from bench/results alone: no figure is typed by hand. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verdict, type Bench, type BenchResult } from '../harness.ts';
import { machineText } from './machine.ts';
import { markdownTable } from './table.ts';

type Described = Pick<Bench, 'name' | 'title' | 'about'>;

const HEAD = `# Performance

Written by \`npm run bench -- --docs\` from bench/results; every \`npm run bench [name]\` writes it anew. What a bench compares is measured in
one run, interleaved. A figure is the median of the repeats, with its first and third quartile in brackets. Ratios are medians of
the ratios of single rounds, not quotients of two medians. Goals are judged by the median, and not where other programs took more
than 10 % of the processor. Machines of one name differ by more than a factor of three, so figures compare within a section only.
The pack is EuroSAT where no other is named.
`;

function section({ name, title, about }: Described, result: BenchResult | undefined): string {
  if (!result) return `## ${title}\n\n${about}\n\nNot measured yet: \`npm run bench ${name}\`.\n`;
  return `## ${title}\n\n${about}\n\n${markdownTable(result.rows)}\n\n**${verdict(result)}.** ${result.date}, \`${result.command}\`. ${machineText(result.machine)}.\n`;
}

export const docs = (benches: readonly Described[], results: ReadonlyMap<string, BenchResult>): string =>
  [HEAD, ...benches.map((bench) => section(bench, results.get(bench.name)))].join('\n');

export function writeDocs(root: string, benches: readonly Described[]): void {
  const results = new Map<string, BenchResult>();
  for (const { name } of benches) {
    const path = join(root, 'bench', 'results', `${name}.json`);
    if (existsSync(path)) results.set(name, JSON.parse(readFileSync(path, 'utf8')) as BenchResult);
  }
  writeFileSync(join(root, 'docs', 'performance.md'), docs(benches, results));
}
