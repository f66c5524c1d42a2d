import type { LoadReport } from '../../workers/messages.ts';

const KEY = 'dpar-loads';
/** Packs and variants that are remembered. */
const MOST = 8;

/** How long a model took from the call to being ready, self-test included, and the bytes of its weights. */
export interface LoadTime {
  ms: number;
  bytes: number;
  /** ISO day. */
  date: string;
}

/** The last load of a pack with nothing kept, and the last with all of it kept. */
export interface LoadTimes {
  cold: LoadTime | null;
  warm: LoadTime | null;
}

type Kept = Pick<Storage, 'getItem' | 'setItem'>;
type Loaded = Pick<LoadReport, 'packHash' | 'variant' | 'bytes' | 'ms'>;

const keyOf = ({ packHash, variant }: Pick<LoadReport, 'packHash' | 'variant'>): string => `${packHash.slice(0, 16)}/${variant}`;

const browserStorage = (): Kept | null => {
  try {
    return localStorage;
  } catch {
    return null;
  }
};

function read(storage: Kept | null): [string, LoadTimes][] {
  try {
    const list: unknown = JSON.parse(storage?.getItem(KEY) ?? '[]');
    return Array.isArray(list) ? (list as [string, LoadTimes][]) : [];
  } catch {
    return [];
  }
}

/** Notes a load that was wholly from the network or wholly from the browser's storage; others tell neither. */
export function noteLoad(report: Loaded, day = new Date(), storage: Kept | null = browserStorage()): void {
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
export const loadTimes = (report: Pick<LoadReport, 'packHash' | 'variant'>, storage: Kept | null = browserStorage()): LoadTimes =>
  read(storage).find(([name]) => name === keyOf(report))?.[1] ?? { cold: null, warm: null };
