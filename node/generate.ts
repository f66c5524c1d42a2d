/** `npm run generate`: images from a pack on the command line. */
import { join, resolve } from 'node:path';
import { decodeGraphs, graphsOfPicture } from '../engine/decode-graphs.ts';
import { imagesAtOnce } from '../engine/decode-request.ts';
import { runToJson, type RunLog } from '../engine/log.ts';
import { imageSeed } from '../engine/philox.ts';
import { SessionPictures } from '../engine/session-pictures.ts';
import { checkAgainst, checkSettings, resolveClass } from '../engine/pack-settings.ts';
import { withSetting } from '../engine/setting-text.ts';
import { figuresAt } from '../engine/view.ts';
import { roomForWindows } from '../workers/window-choice.ts';
import { readCommandLine, type GenerateOptions, type Output } from './cli.ts';
import { failed } from './failed.ts';
import { decodeImages, pngOf } from './image.ts';
import { isMain } from './main.ts';
import { checkFolder, checkFree, className, spoken, standing, writeTogether } from './output.ts';
import { findPack, readPack, type Pack } from './pack.ts';
import { outlivePrinting } from './printing.ts';
import { NodeRunner } from './runtime.ts';

const STOPPED = 130;
/** Positions a pass of an image by itself, where the pack has the graphs (bench `passes`); the rows of several images fill a pass already. */
const WINDOW = 16;

function figuresLine(log: RunLog, pack: Pack, seconds: number): string {
  const { header, events } = log;
  const figures = figuresAt(events, events.length, pack.manifest, header.settings);
  return [
    header.className, `seed ${header.seed}`, `${figures.patches} patches`, `P_avg ${figures.pAvg!.toFixed(2)}`,
    `${(figures.tokens / seconds).toFixed(1)} tokens/s`, `digest ${log.digest().slice(0, 12)}`,
  ].join('  ');
}

async function generate(options: GenerateOptions, output: Output, signal: { aborted: boolean }): Promise<number> {
  const from = standing();
  const pack = await readPack(findPack(options.pack, resolve(from, options.modelsDir), from));
  const { manifest } = pack;
  const settings = options.set.reduce((all, [key, text]) => withSetting(all, key, text, manifest), manifest.defaults);
  checkSettings(manifest, settings);
  const classIndex = resolveClass(manifest, options.class);
  checkAgainst(manifest, { class: classIndex, settings });
  if (settings.against !== undefined && settings.guidance === 1) output.err('against has no effect at guidance 1; set guidance above 1, for example --set guidance=2.');
  const runner = new NodeRunner(pack, options);
  const folder = resolve(from, options.out);
  const nameOf = (seed: number) => `${manifest.name}-${className(manifest, classIndex)}-${seed}`;
  checkFolder(folder);
  checkFree(Array.from({ length: options.count }, (_, i) => nameOf(imageSeed(options.seed, i))).flatMap((name) => [join(folder, `${name}.png`), join(folder, `${name}.run.json`)]));
  let written = 0;
  const where = () => written > 0 && output.out(`${written === 1 ? '1 picture and its run' : `${written} pictures and their runs`} in ${spoken(folder, from)}`);
  const graphs = decodeGraphs(runner, manifest);
  const most = Math.min(options.batch ?? Infinity, imagesAtOnce(manifest));
  const pictures = new SessionPictures(runner, manifest);
  try {
    for (let first = 0; first < options.count; first += most) {
      const requests = Array.from({ length: Math.min(most, options.count - first) }, (_, i) => ({ class: classIndex, seed: imageSeed(options.seed, first + i), settings, signal }));
      // One left over by the others would open graphs of its own beside theirs.
      const alone = requests.length === 1 && (first === 0 || most === 1 || roomForWindows(manifest, 'cpu'));
      const window = Math.min(settings.window ?? (alone ? WINDOW : 1), graphs.mostPositions);
      // Loaded before the clock starts.
      for (const graph of graphsOfPicture(manifest, window)) await runner.session(graph);
      const start = performance.now();
      const logs = await decodeImages(graphs, pack, runner.variant, requests, window);
      const seconds = (performance.now() - start) / 1000;
      for (const log of logs.filter(({ complete }) => complete)) {
        const name = nameOf(log.header.seed);
        writeTogether(folder, { [`${name}.run.json`]: runToJson(log.toRun({ window, ...(logs.length > 1 && { together: logs.length }) })), [`${name}.png`]: await pngOf(log, pictures, manifest.image.size) });
        written++;
        output.out(figuresLine(log, pack, seconds / logs.length));
      }
      if (logs.some(({ complete }) => !complete)) {
        output.err(logs.length === 1 ? 'Stopped; the unfinished image was not written.' : 'Stopped; unfinished images were not written.');
        return STOPPED;
      }
    }
    return 0;
  } finally {
    where();
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
    return failed(error, output.err);
  }
}

if (isMain(import.meta.url)) {
  outlivePrinting(process);
  const signal = { aborted: false };
  process.once('SIGINT', () => {
    signal.aborted = true;
  });
  process.exitCode = await main(process.argv.slice(2), { out: (text) => console.log(text), err: (text) => console.error(text) }, signal);
}
