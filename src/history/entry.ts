import * as z from 'zod/mini';
import { RunHeader, runToJson, startsOf, type Run } from '../../engine/log.ts';

/** Of a file that holds many runs. */
export const ENDING = '.dpar-history';

/** What the list shows of a run; its event log is kept apart, so that the list stays quick to read. */
export const HistoryEntry = z.object({
  id: z.string().check(z.minLength(1)),
  /** Milliseconds since 1970. */
  when: z.number(),
  header: RunHeader,
  complete: z.boolean(),
  tokens: z.int().check(z.minimum(0)),
  patches: z.int().check(z.minimum(0)),
  /** Of log and picture together. */
  bytes: z.number().check(z.minimum(0)),
  pinned: z.boolean(),
  /** PNG of the picture at its own size; null when none was painted. */
  picture: z.nullable(z.instanceof(Uint8Array<ArrayBuffer>)),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;

/** A run with its events as JSON. */
export interface Kept {
  entry: HistoryEntry;
  log: string;
}

/** A run as the history keeps it. */
export function keptOf(run: Run, own: Pick<HistoryEntry, 'id' | 'when' | 'pinned' | 'picture'>): Kept {
  const log = runToJson(run);
  const { header, complete, events } = run;
  return { log, entry: { ...own, header, complete, tokens: events.length, patches: startsOf(events).length, bytes: log.length + (own.picture?.length ?? 0) } };
}

/** Where runs are kept. Methods reject when the store is full, closed or broken. */
export interface HistoryDb {
  entries(): Promise<HistoryEntry[]>;
  /** JSON of a run. */
  log(id: string): Promise<string | undefined>;
  put(entry: HistoryEntry, log: string): Promise<void>;
  setPinned(id: string, pinned: boolean): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
}

/** Another tab holds the store open and does not let it go. */
export class BlockedError extends Error {}

export interface Cap {
  runs: number;
  bytes: number;
}

export const totalBytes = (entries: readonly HistoryEntry[]) => entries.reduce((sum, entry) => sum + entry.bytes, 0);

/** Runs to give up so that the rest fits: the oldest first, pinned ones never, the newest never. */
export function beyondCap(entries: readonly HistoryEntry[], cap: Cap): string[] {
  const newestFirst = [...entries].sort((a, b) => b.when - a.when);
  let [runs, bytes] = [newestFirst.length, totalBytes(newestFirst)];
  const beyond: string[] = [];
  for (const entry of newestFirst.slice(1).reverse()) {
    if (runs <= cap.runs && bytes <= cap.bytes) break;
    if (entry.pinned) continue;
    beyond.push(entry.id);
    runs--;
    bytes -= entry.bytes;
  }
  return beyond;
}
