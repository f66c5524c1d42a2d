import { decodeCost, wholeCost } from '../../engine/cost.ts';
import type { Manifest, Sweep } from '../../engine/manifest.ts';
import { staticPatches } from '../../engine/settings.ts';
import { measuredPatches } from './measuredPatches.ts';

/** dynamic: the pack as it is. static: patches of the same mean length. plain: a transformer without patches. */
export type ComparedWay = 'dynamic' | 'static' | 'plain';

export interface Figure {
  value: number;
  /** 95 % interval, where it was measured. */
  interval: readonly [low: number, high: number] | null;
}

export interface WayFigures {
  way: ComparedWay;
  /** Steps of the big transformer for an image, mean over held-out pictures. */
  steps: number;
  /** Multiply-accumulates of an image, the entropy model included where it runs. */
  operations: number;
  fidLite: Figure | null;
  agreement: Figure | null;
}

/** better, worse: by more than the intervals overlap. */
export type Verdict = 'better' | 'worse' | 'alike' | 'unknown';

export interface Worth {
  ways: WayFigures[];
  /** Quality of the pack's samples against those of the plain transformer. */
  quality: Verdict;
  /** Share of the plain transformer's operations. */
  share: number | null;
  /**
   * Where static patches need less than the dynamic ones: the quality of their samples against those of the dynamic ones, and of how many samples.
   * `as`: the FID-lite of as many dynamic samples, where the pack's own figure is of another number and does not compare.
   */
  static: { quality: Verdict; samples: number | null; as: Figure | null } | null;
  /** Samples that the quality was measured on, of the one with fewer. */
  samples: number | null;
}

/** A figure of the pack's evaluation with its interval; null where it was not measured. */
export const figureOf = ({ evaluation }: Pick<Manifest, 'evaluation'>, key: string): Figure | null => {
  const value = evaluation[key];
  if (typeof value !== 'number') return null;
  const intervals = evaluation.intervals as Record<string, unknown> | undefined;
  const interval = intervals?.[key];
  return { value, interval: Array.isArray(interval) && interval.length === 2 ? [Number(interval[0]), Number(interval[1])] : null };
};

/** Lower is better. Null intervals compare as unknown. */
function verdict(one: Figure | null, other: Figure | null): Verdict {
  if (!one?.interval || !other?.interval) return 'unknown';
  if (one.interval[1] < other.interval[0]) return 'better';
  return one.interval[0] > other.interval[1] ? 'worse' : 'alike';
}

type StaticRow = NonNullable<Sweep['static']>[number];
type SweepRow = StaticRow | Sweep['dynamic'][number];

/** FID-lite of a row, with its interval. */
const fidOf = ({ fid_lite: value, fid_lite_interval: interval }: SweepRow): Figure | null =>
  (value === undefined ? null : { value, interval: interval ? [interval[0]!, interval[1]!] : null });

/** FID-lite of as many dynamic samples as the static row has: the pack's own, else that of the sweep's row at the pack's E_th. */
function dynamicLike(row: StaticRow | undefined, { evaluation, defaults }: Manifest, own: Figure | null): { figure: Figure | null; apart: boolean } {
  if (row?.n === evaluation.n) return { figure: own, apart: false };
  const like = evaluation.sweep?.dynamic.find(({ entropy_threshold: threshold, n }) => threshold === defaults.entropyThreshold && n === row?.n);
  return { figure: row && like ? fidOf(like) : null, apart: true };
}

/** What was measured of a model trained on static patches, at the mean length of the pack's own. */
function staticRow({ evaluation }: Manifest): StaticRow | undefined {
  const length = evaluation.p_avg;
  return typeof length === 'number' ? evaluation.sweep?.static?.find(({ p_avg: own }) => Math.abs(own / length - 1) < 0.02) : undefined;
}

/** An image in static patches, as many as the model trained on them takes, else as many as the dynamic ones. */
function staticWay(pack: Manifest, steps: number, row: StaticRow | undefined): WayFigures {
  const { tokens } = pack.grid;
  const taken = row?.steps_mean ?? steps;
  return {
    way: 'static', steps: taken, operations: wholeCost(decodeCost(pack, tokens, taken, { ...pack.defaults, ...staticPatches(tokens / taken) })),
    fidLite: row ? fidOf(row) : null,
    agreement: row?.class_agreement === undefined ? null : { value: row.class_agreement, interval: null },
  };
}

/**
 * What a pack's patches save, and what they cost in quality: all from the manifests, nothing from single runs. `plain`: the pack
 * of the plain transformer on the same tokens, or null. The same judge must have measured both; else the quality is unknown.
 */
export function worthOf(pack: Manifest, plain: Manifest | null): Worth | null {
  const steps = measuredPatches(pack);
  if (pack.kind !== 'dpar' || steps === null) return null;
  const { tokens } = pack.grid;
  const operations = wholeCost(decodeCost(pack, tokens, steps, pack.defaults));
  const row = staticRow(pack);
  const dynamic: WayFigures = { way: 'dynamic', steps, operations, fidLite: figureOf(pack, 'fid_lite'), agreement: figureOf(pack, 'class_agreement') };
  const fixed = staticWay(pack, steps, row);
  const like = dynamicLike(row, pack, dynamic.fidLite);
  const still = fixed.operations < dynamic.operations ? { quality: verdict(fixed.fidLite, like.figure), samples: row?.n ?? null, as: like.apart ? like.figure : null } : null;
  if (!plain) return { ways: [dynamic, fixed], quality: 'unknown', share: null, static: still, samples: null };
  const sameJudge = pack.evaluation.features === plain.evaluation.features && pack.evaluation.n === plain.evaluation.n;
  const whole = wholeCost(decodeCost(plain, tokens, tokens, plain.defaults));
  const other: WayFigures = { way: 'plain', steps: tokens, operations: whole, fidLite: figureOf(plain, 'fid_lite'), agreement: figureOf(plain, 'class_agreement') };
  return {
    ways: [dynamic, fixed, other], share: dynamic.operations / whole, static: still,
    quality: sameJudge ? verdict(dynamic.fidLite, other.fidLite) : 'unknown',
    samples: sameJudge && typeof pack.evaluation.n === 'number' ? pack.evaluation.n : null,
  };
}
