/** The decode loop of several images at once: every image is decoded as engine/decode.ts does it alone. */
import { clock } from '../clock.ts';
import { checkRequest, stages, type DecodeRequest } from '../decode.ts';
import { StudioError } from '../errors.ts';
import type { Stage, StageTimes, TokenEvent } from '../log.ts';
import type { Manifest } from '../manifest.ts';
import { groupsOf } from '../sampling.ts';
import type { BatchGraphs } from './graphs.ts';
import { Row } from './row.ts';
import { rowsOf } from './size.ts';

export interface BatchOptions {
  /** Read between steps; once aborted the loop ends. A request's own signal takes only its row out. */
  signal?: { readonly aborted: boolean };
  /** Rows that have to wait before the patch transformer runs while others can go on without it. Default 1: none waits, which costs least (docs/architecture.md). */
  enough?: number;
  /** Clock in milliseconds, for tests. */
  now?: () => number;
}

export interface RowEvent {
  row: number;
  event: TokenEvent;
}

/** Throws as `checkRequest` does, and `bad-argument` where the requests do not fit one batch. */
export function checkBatch(manifest: Manifest, requests: readonly DecodeRequest[]): void {
  const most = rowsOf(manifest);
  if (requests.length < 1 || requests.length > most) {
    throw new StudioError('bad-argument', `The pack ${manifest.name} decodes 1 to ${most} images at once, got ${requests.length}. Split them, or export the pack again.`);
  }
  for (const request of requests) checkRequest(manifest, request);
  const groups = groupsOf(requests[0]!.settings);
  if (requests.some(({ settings }) => groupsOf(settings) !== groups)) {
    throw new StudioError('bad-argument', 'Images with guidance and images without it (guidance 1) cannot be decoded at once. Split them.');
  }
}

/**
 * Decodes all requests and yields an event per token and row, in order of t within a row. A row that opens a patch waits
 * until enough rows wait for the patch transformer, or no row can go on without it; rows that are complete leave.
 * A stage's time is that of the whole run, which served all rows that took part.
 */
export async function* decodeBatch(graphs: BatchGraphs, manifest: Manifest, requests: readonly DecodeRequest[], options: BatchOptions = {}): AsyncGenerator<RowEvent, void, void> {
  checkBatch(manifest, requests);
  const { signal, now = clock, enough = 1 } = options;
  const stage = stages[manifest.kind];
  const all = requests.map((request, i) => new Row(i, request, manifest));
  const going = () => all.filter((row) => !row.ended);
  const timed = async <T>(rows: readonly Row[], name: Stage | null, work: () => Promise<T>): Promise<T> => {
    const start = now();
    const value = await work();
    if (name !== null) for (const row of rows) row.times[name] = microseconds(now() - start);
    return value;
  };

  if (signal?.aborted || going().length === 0) return;
  await graphs.begin(groupsOf(requests[0]!.settings), requests.map((request) => request.class));
  for (let rows = going(); rows.length > 0 && !signal?.aborted; rows = going()) {
    const waiting = rows.filter((row) => row.waits);
    if (waiting.length >= Math.min(enough, rows.length) || waiting.length === rows.length) {
      await timed(waiting, stage.patch, () => graphs.patchStep(waiting.map((row) => row.patchStep())));
      for (const row of waiting) row.open();
    }
    const ready = rows.filter((row) => !row.waits);
    const logits = await timed(ready, stage.logits, () => graphs.decoderStep(ready.map(({ index, t }) => ({ row: index, t }))));
    for (const [i, row] of ready.entries()) await timed([row], 'sampling', async () => row.choose(logits[i]!));
    const fed = ready.filter((row) => !row.last);
    if (fed.length > 0) await timed(fed, stage.token, () => graphs.encoderStep(fed.map((row) => row.tokenStep())));
    const measured = fed.filter((row) => row.entropies);
    const entropies = measured.length > 0 ? await timed(measured, 'entropy', () => graphs.entropyStep(measured.map((row) => row.tokenStep()))) : [];
    const events = ready.map((row) => ({ row: row.index, event: row.event() }));
    for (const row of ready) row.advance(row.entropies && !row.last ? entropies[measured.indexOf(row)]! : null);
    yield* events;
  }
}

/** Whole microseconds: clocks give no more, and runs stay small. */
const microseconds = (ms: number): NonNullable<StageTimes['sampling']> => Math.round(ms * 1000) / 1000;
