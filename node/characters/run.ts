/** `npm run characters`: the pictures of the data set Characters, the same bytes for the same seed. */
import { quote } from '../../engine/phrase.ts';
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { StudioError } from '../../engine/errors.ts';
import { ensurePython } from '../../scripts/python.mjs';
import { named, whole } from '../options.ts';
import { outlivePrinting } from '../printing.ts';
import { classes } from './classes.ts';
import { prepare, type Recipe } from './dataset.ts';
import { findPackages } from './packages.ts';
import type { Job, Message } from './worker.ts';

interface Options {
  out: string;
  seed: number;
  count: number;
  size: number;
  jobs: number;
}

const command = new Command('characters')
  .description(`Draws ${classes.length} classes of characters on flat grounds from parts that packages ship. A stopped rendering goes on where it was.`)
  .requiredOption('--out <dir>', 'folder for the pictures; made if missing', named)
  .option('--seed <seed>', 'seed of all pictures', whole(0, 0xffffffff), 0)
  .option('--count <n>', 'pictures of each class; the last eighth is held out', whole(16, 100_000), 4000)
  .option('--size <pixels>', 'side of a picture', whole(32, 1024), 256)
  .option('--jobs <n>', 'processes', whole(1, 64), availableParallelism());

async function draw({ out, jobs, seed, count, size }: Options): Promise<void> {
  const packages = findPackages();
  const recipe: Recipe = { seed, count, size, versions: packages.versions };
  prepare(out, recipe);
  const total = classes.length * count;
  let done = 0;
  let written = 0;
  const progress = (end = false) => {
    const line = `${done} of ${total} pictures`;
    if (process.stdout.isTTY) process.stdout.write(`\r${line}${end ? '\n' : ''}`);
    else if (end || done - written >= total / 20) {
      console.log(line);
      written = done;
    }
  };
  const one = (classIndex: number, worker: number) => new Promise<void>((ended, failed) => {
    const child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), { execArgv: process.execArgv });
    let why = 'A process that draws ended early. Start again: what is there stays.';
    child.on('message', (message: Message) => {
      if ('failed' in message) why = message.failed;
      else done += message.done;
      progress();
    });
    child.on('exit', (status) => (status === 0 ? ended() : failed(new StudioError('bad-argument', quote(why)))));
    child.send({ ...recipe, out, robohash: packages.robohash, classIndex, worker, workers: jobs } satisfies Job);
  });
  for (const classIndex of classes.keys()) await Promise.all(Array.from({ length: jobs }, (_, worker) => one(classIndex, worker)));
  progress(true);
  console.log(`Pictures, split.json and credits.json are in ${out}`);
}

const options = command.parse(process.argv).opts<Options>();
outlivePrinting(process);
try {
  ensurePython();
  await draw({ ...options, out: resolve(process.env.INIT_CWD ?? '.', options.out) });
} catch (error) {
  if (!(error instanceof StudioError)) throw error;
  console.error(`characters: ${error.message}`);
  process.exit(1);
}
