/** Reads the command line of `npm run generate`. */
import { english } from '../engine/phrase.ts';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { MOST_IMAGES } from '../engine/decode-request.ts';
import { parseSeed } from '../engine/setting-text.ts';
import { isWhole, noValue, settingsTable, type SettingProperty } from '../engine/settings.ts';
import { named, whole } from './options.ts';

export interface GenerateOptions {
  pack: string;
  class: string;
  seed: number;
  count: number;
  /** Images decoded at once at most; undefined: as many as the pack takes. */
  batch?: number;
  set: [string, string][];
  out: string;
  modelsDir: string;
  variant?: string;
  threads: number;
}

/** What the command prints to; tests pass their own. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

const seed = (text: string): number => {
  try {
    return parseSeed(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
};

const assignment = (text: string, previous: [string, string][]): [string, string][] => {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write it as key=value, for example entropyThreshold=5.2.');
  return [...previous, [text.slice(0, at), text.slice(at + 1)]];
};

const range = (p: SettingProperty): string => {
  if (p.kind === 'switch') return 'on or off';
  if (p.kind === 'class') return 'a class as in --class, or none';
  const empty = noValue[p.kind];
  return `${p.min} to ${p.max}${isWhole(p) ? ', whole' : ''}${p.unit && ` ${p.unit}`}${empty ? `, or ${empty}` : ''}`;
};

const settingsHelp = (): string => {
  const rows = settingsTable.map((p) => [p.key, p.short, range(p), english(p.help)]);
  const widths = [0, 1, 2].map((c) => Math.max(...rows.map((r) => r[c]!.length)));
  const lines = rows.map((r) => `  ${r.map((cell, c) => cell.padEnd(widths[c] ?? 0)).join('  ').trimEnd()}`);
  return `
Settings (name, short name, range, meaning); those not set are the pack's defaults, and window 16 for an image by itself, 1 for several at once:
${lines.join('\n')}

Each image writes PACK-CLASS-SEED.png and PACK-CLASS-SEED.run.json (over files of that name; both or none), and prints a line of figures; the last line says where they are.
Exit codes: 0 done, 1 failed, 2 wrong input, 130 stopped.

Example:
  npm run generate -- --pack eurosat --class Forest --seed 7 --count 4 --set guidance=2.5 --out runs/forest`;
};

/** Options, or null when help was asked for. Throws CommanderError on bad input, having written its words to `err`. */
export function readCommandLine(argv: readonly string[], output: Output): GenerateOptions | null {
  const command = new Command('generate')
    .description('Generates images with a pack, on the CPU; the same engine as in the browser.')
    .requiredOption('--pack <name>', 'name of a pack, or the path of its folder', named)
    .requiredOption('--class <class>', 'class id, label or index', named)
    .option('--seed <seed>', 'seed of the first image, 0 to 4294967295; image i has seed + i', seed, 0)
    .option('--count <n>', 'number of images, 1 to 10000', whole(1, 10_000), 1)
    .option('--batch <n>', 'images decoded at once, 1 to 16 (default: as many as the pack takes); more at once are faster an image', whole(1, MOST_IMAGES))
    .option('--set <key=value>', 'a setting, may be repeated', assignment, [] as [string, string][])
    .requiredOption('--out <dir>', 'folder for pictures and runs, seen from where you stand; made if missing', named)
    .option('--models-dir <dir>', 'folder of the packs', named, fileURLToPath(new URL('../public/models', import.meta.url)))
    .option('--variant <name>', "variant of the pack's weights (default: the pack's for CPUs)", named)
    .option('--threads <n>', 'threads of one operator, 1 to 256; more than 1 helps only large packs', whole(1, 256), 1)
    .addHelpText('after', settingsHelp())
    .configureOutput({ writeOut: (text) => output.out(text.trimEnd()), writeErr: (text) => output.err(text.trimEnd()) })
    .allowExcessArguments(false)
    .showHelpAfterError('Run with --help for all options.')
    .exitOverride();
  // The default folder's absolute path would differ from machine to machine in the help text.
  command.options.find((o) => o.long === '--models-dir')!.defaultValueDescription = 'public/models';
  command.options.find((o) => o.long === '--set')!.defaultValueDescription = "the pack's";
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.code === 'commander.helpDisplayed') return null;
    throw error;
  }
  return command.opts<GenerateOptions>();
}
