/** `npm run generate`: images from a pack on the command line. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CommanderError } from 'commander';
import { StudioError, type ErrorCode } from '../engine/errors.ts';
import { runToJson, type RunLog } from '../engine/log.ts';
import { imageSeed } from '../engine/philox.ts';
import { groupsOf } from '../engine/sampling.ts';
import { SessionGraphs } from '../engine/session-graphs.ts';
import { SessionPictures } from '../engine/session-pictures.ts';
import { checkSettings, resolveClass, withSetting } from '../engine/settings.ts';
import { figuresAt } from '../engine/view.ts';
import { readCommandLine, type GenerateOptions, type Output } from './cli.ts';
import { decodeImage, pngOf } from './image.ts';
import { findPack, readPack, type Pack } from './pack.ts';
import { NodeRunner } from './runtime.ts';

const wrongInput: readonly ErrorCode[] = ['unknown-class', 'bad-seed', 'bad-setting', 'bad-argument', 'pack-missing'];
const STOPPED = 130;

function figuresLine(log: RunLog, pack: Pack, seconds: number): string {
  const { header, events } = log;
  const figures = figuresAt(events, events.length, pack.manifest, groupsOf(header.settings));
  return [
    header.className, `seed ${header.seed}`, `${figures.patches} patches`, `P_avg ${figures.pAvg!.toFixed(2)}`,
    `${(figures.tokens / seconds).toFixed(1)} tokens/s`, `digest ${log.digest().slice(0, 12)}`,
  ].join('  ');
}

async function generate(options: GenerateOptions, output: Output, signal: { aborted: boolean }): Promise<number> {
  const pack = await readPack(findPack(options.pack, options.modelsDir));
  const { manifest } = pack;
  const settings = options.set.reduce((all, [key, text]) => withSetting(all, key, text), manifest.defaults);
  checkSettings(manifest, settings);
  const classIndex = resolveClass(manifest, options.class);
  const runner = new NodeRunner(pack, options);
  try {
    mkdirSync(options.out, { recursive: true });
  } catch (error) {
    throw new StudioError('bad-argument', `The folder ${options.out} cannot be made. Give another one with --out.`, String(error));
  }
  const graphs = new SessionGraphs(runner, manifest);
  const pictures = new SessionPictures(runner, manifest);
  try {
    // Loaded before the clock starts.
    for (const graph of ['entropy', 'encoder', 'patch_transformer', 'decoder', 'tokenizer_decoder'] as const) await runner.session(graph);
    for (let i = 0; i < options.count; i++) {
      const seed = imageSeed(options.seed, i);
      const start = performance.now();
      const log = await decodeImage(graphs, pack, runner.variant, { class: classIndex, seed, settings, signal });
      if (!log.complete) {
        output.err('Stopped; the unfinished image was not written.');
        return STOPPED;
      }
      const seconds = (performance.now() - start) / 1000;
      const path = join(options.out, `${manifest.name}-${manifest.classes[classIndex]!.id.replace(/[^\w.-]+/g, '_')}-${seed}`);
      writeFileSync(`${path}.run.json`, runToJson(log.toRun()));
      writeFileSync(`${path}.png`, await pngOf(log, pictures, manifest.image.size));
      output.out(figuresLine(log, pack, seconds));
    }
    return 0;
  } finally {
    graphs.dispose();
    await runner.release();
  }
}

/** The command; returns its exit code. */
export async function main(argv: readonly string[], output: Output, signal: { aborted: boolean } = { aborted: false }): Promise<number> {
  try {
    const options = readCommandLine(argv, output);
    return options ? await generate(options, output, signal) : 0;
  } catch (error) {
    if (error instanceof CommanderError) return 2;
    if (!(error instanceof StudioError)) throw error;
    output.err(`error: ${error.message}`);
    if (error.code === 'graph-failed' && error.detail) output.err(`  ${error.detail}`);
    return wrongInput.includes(error.code) ? 2 : 1;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const signal = { aborted: false };
  process.once('SIGINT', () => {
    signal.aborted = true;
  });
  process.exitCode = await main(process.argv.slice(2), { out: (text) => console.log(text), err: (text) => console.error(text) }, signal);
}
