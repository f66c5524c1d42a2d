import * as z from 'zod/mini';
import type { LoadReport } from '../../workers/messages.ts';

const KEY = 'dpar-loads';
/** Packs and variants that are remembered. */
const MOST = 8;

/** How long a model took from the call to being ready, self-test included, and the bytes of its weights; an ISO day. */
const LoadTime = z.object({ ms: z.number(), bytes: z.number(), date: z.string() });
export type LoadTime = z.infer<typeof LoadTime>;

/** The last load of a pack with nothing kept, and the last with all of it kept. */
const LoadTimes = z.object({ cold: z.nullable(LoadTime), warm: z.nullable(LoadTime) });
export type LoadTimes = z.infer<typeof LoadTimes>;

/** What is stored is as much a stranger's as a file: rows that are none are left out. */
const Kept = z.array(z.unknown());
const Row = z.tuple([z.string(), LoadTimes]);

type Store = Pick<Storage, 'getItem' | 'setItem'>;
type Loaded = Pick<LoadReport, 'packHash' | 'variant' | 'bytes' | 'ms'>;

const keyOf = ({ packHash, variant }: Pick<LoadReport, 'packHash' | 'variant'>): string => `${packHash.slice(0, 16)}/${variant}`;

const browserStorage = (): Store | null => {
  try {
    return localStorage;
  } catch {
    return null;
  }
};

function read(storage: Store | null): [string, LoadTimes][] {
  try {
    return Kept.parse(JSON.parse(storage?.getItem(KEY) ?? '[]')).flatMap((row) => {
      const entry = Row.safeParse(row).data;
      return entry ? [entry] : [];
    });
  } catch {
    return [];
  }
}

/** Notes a load that was wholly from the network or wholly from the browser's storage; others say nothing about either. */
export function noteLoad(report: Loaded, day = new Date(), storage: Store | null = browserStorage()): void {
  const { bytes: { total, fromCache }, ms } = report;
  if (fromCache !== 0 && fromCache !== total) return;
  const list = read(storage);
  const key = keyOf(report);
  const before = list.find(([name]) => name === key)?.[1] ?? { cold: null, warm: null };
  const time = { ms, bytes: total, date: day.toISOString().slice(0, 10) };
  const after = [[key, { ...before, [fromCache === 0 ? 'cold' : 'warm']: time }], ...list.filter(([name]) => name !== key)].slice(0, MOST);
  try {
    storage?.setItem(KEY, JSON.stringify(after));
  } catch {
    // Storage may be blocked or full; the times of this visit are in its report.
  }
}

/** What was noted of a pack and variant, on this visit or before. */
export const loadTimes = (report: Pick<LoadReport, 'packHash' | 'variant'>, storage: Store | null = browserStorage()): LoadTimes =>
  read(storage).find(([name]) => name === keyOf(report))?.[1] ?? { cold: null, warm: null };
