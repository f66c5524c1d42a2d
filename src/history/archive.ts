/** All runs of the history as one file: a zip of an index, the runs as JSON, and their pictures. Seldom needed, so fetched when it is. */
import { strFromU8, strToU8, zipSync, type Zippable } from 'fflate';
import * as z from 'zod/mini';
import { StudioError } from '../../engine/errors.ts';
import { parseJson } from '../../engine/json.ts';
import { parseRun } from '../../engine/log.ts';
import { say, type Phrase } from '../../engine/phrase.ts';
import { unzipWithin } from '../../packs/unzip-within.ts';
import { pictureSize } from '../lib/pictureSize.ts';
import { problem, type Problem } from '../state/problem.ts';
import { keptOf, type Kept } from './entry.ts';
import type { History } from './history.ts';

/** Far more than a full history has: 200 runs of 64 MB with their logs. */
const MAX_FILES = 4096;
const MAX_BYTES = 512_000_000;
const MAX_SIDE = 4096;
const INDEX = 'history.json';

const Index = z.object({
  format: z.literal('dpar-history'),
  formatVersion: z.literal(1),
  runs: z.array(z.object({ id: z.string().check(z.regex(/^[\w.-]{1,64}$/)), when: z.number().check(z.minimum(0)), pinned: z.boolean() })),
});

export function writeArchive(kept: readonly Kept[]): Uint8Array<ArrayBuffer> {
  const index: z.infer<typeof Index> = { format: 'dpar-history', formatVersion: 1, runs: kept.map(({ entry: { id, when, pinned } }) => ({ id, when, pinned })) };
  const files: Zippable = { [INDEX]: strToU8(JSON.stringify(index)) };
  for (const { entry: { id, picture }, log } of kept) {
    files[`${id}.run.json`] = strToU8(log);
    if (picture) files[`${id}.png`] = [picture, { level: 0 }];
  }
  return zipSync(files) as Uint8Array<ArrayBuffer>;
}

/** Some runs of the list are there no more. */
function notSaved(gone: number): Problem {
  const which = gone === 1 ? say`1 run could not be saved.` : say`${gone} runs could not be saved.`;
  return problem('history-gone', which, say`Another tab deleted what is missing, or the browser made room. The list shows what is there.`);
}

/** The file of all runs of a history; null where none is there any more. `problem`: some could not be saved. */
export async function archiveOf(history: Pick<History, 'all'>): Promise<{ file: Uint8Array<ArrayBuffer> | null; problem: Problem | null }> {
  const { kept, gone } = await history.all();
  return { file: kept.length > 0 ? writeArchive(kept) : null, problem: gone > 0 ? notSaved(gone) : null };
}

const refuse = (why: Phrase) => new StudioError('run-invalid', say`This history cannot be read: ${why}. Nothing of it was taken in.`);

const tooLarge = say`it is far larger than a history of this studio`;
const zipFaults = { files: tooLarge, bytes: tooLarge, damaged: say`the file is damaged or is not a history saved by this studio` };

/** Runs of a file that `writeArchive` made; everything about a run is worked out anew from its events. Throws `run-invalid`, for all of it or none. */
export function readArchive(bytes: Uint8Array): Kept[] {
  const files = unzipWithin(bytes, { files: MAX_FILES, bytes: MAX_BYTES }, (fault) => refuse(zipFaults[fault]));
  const text = (name: string) => {
    const file = files.get(name);
    if (!file) throw refuse(say`${name} is missing in it`);
    return strFromU8(file);
  };
  const json = (name: string): unknown => {
    const content = text(name);
    try {
      return parseJson(content);
    } catch {
      throw refuse(say`${name} in it is not JSON that can be used`);
    }
  };
  const index = Index.safeParse(json(INDEX));
  if (!index.success) throw refuse(say`its list of runs is not one that this version of the studio reads`);
  return index.data.runs.map(({ id, when, pinned }) => {
    const run = parseRun(json(`${id}.run.json`));
    if (run.events.length === 0) throw refuse(say`${id} has no tokens`);
    const picture = files.get(`${id}.png`) ?? null;
    const size = picture && pictureSize(picture);
    if (picture && (!size || size.width > MAX_SIDE || size.height > MAX_SIDE || size.width === 0)) throw refuse(say`the picture of ${id} is damaged`);
    return keptOf(run, { id, when, pinned, picture });
  });
}
