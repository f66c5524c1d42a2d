import { wholeCost } from '../../../engine/cost.ts';
import type { TokenEvent } from '../../../engine/log.ts';
import type { Figures } from '../../../engine/view.ts';
import { fixed, integer, operations, percent, seconds } from '../../lib/format.ts';
import { t } from '../../text/t.ts';
import { measuredOn } from '../measuredOn.ts';
import { isTimedHere, type RunState } from '../run.ts';
import { sharedBoundaries, tokenDifference } from './difference.ts';

export interface Side {
  figures: Figures;
  events: readonly TokenEvent[];
  run: Pick<RunState, 'origin' | 'wallMs' | 'count' | 'together' | 'takenUpOn' | 'window'>;
  /** As decoded by a plain transformer, which has no patches and no patch transformer. */
  gpt?: boolean;
  /** Under other rules than it was decoded with: what was measured of the run does not hold for it. */
  whatIf?: boolean;
  /** Name of the backend that the run was made on. */
  backend: string;
}

export interface Row {
  key: string;
  name: string;
  a: string;
  b: string;
  /** b against a, where that says something. */
  change: string;
  /** The cell that the figure is of, from 0. */
  cell?: number;
}

const times = (a: number, b: number) => (a > 0 && Number.isFinite(b / a) ? `× ${fixed(b / a, 2)}` : '');

/** Milliseconds that the shown tokens took: by the clock for a whole run made here, else the sum of its logged stages. */
export function timeOf({ figures, run }: { figures: Figures; run: Pick<RunState, 'origin' | 'wallMs' | 'count'> }): number | null {
  if (run.origin === 'generated' && run.wallMs !== null && figures.tokens === run.count) return run.wallMs;
  return figures.milliseconds > 0 ? figures.milliseconds : null;
}

/** Sampled tokens per second of what is shown: of the time, the share of the passes that sampled them. Null where nothing was timed, or all was given. */
export function speedOf({ figures, run }: Parameters<typeof timeOf>[0]): number | null {
  const { sampled, milliseconds } = figures;
  const ms = (timeOf({ figures, run }) ?? 0) * (milliseconds > 0 ? sampled.milliseconds / milliseconds : 1);
  return ms > 0 && sampled.tokens > 0 ? (1000 * sampled.tokens) / ms : null;
}

/** Both runs were measured by this browser on the same backend, each alone and in one go: only then do their times compare. */
const sameDevice = (a: Pick<Side, 'run' | 'backend'>, b: Pick<Side, 'run' | 'backend'>): boolean => isTimedHere(a.run) && isTimedHere(b.run) && a.backend === b.backend;
/** The sides to make again here before their times compare; B alone where both are of this device and its backends differ, none where one is a what-if, which has no time. */
export function elsewhere(a: Pick<Side, 'run' | 'backend' | 'whatIf'>, b: Pick<Side, 'run' | 'backend' | 'whatIf'>): ('a' | 'b')[] {
  if (a.whatIf || b.whatIf) return [];
  const away = ([['a', a], ['b', b]] as const).flatMap(([name, side]) => (isTimedHere(side.run) ? [] : [name]));
  return away.length === 0 && a.backend !== b.backend ? ['b'] : away;
}

/** What the passes of each side are counted by; no row where neither run says. */
function windowRow(a: Side | null, b: Side | null): Row[] {
  const of = (side: Side | null) => (side && !side.whatIf && side.figures.passes !== null ? side.run : null);
  const text = (run: Pick<RunState, 'window'> | null) => (run ? run.window === null ? t('not known') : integer(run.window) : '–');
  const [one, other] = [of(a), of(b)];
  if (!one?.window && !other?.window) return [];
  const differ = one?.window && other?.window && one.window !== other.window;
  return [{ key: 'window', name: t('Tokens per pass, at most'), a: text(one), b: text(other), change: differ ? t('differs') : '' }];
}

/** Figures of two runs, side by side, of what is shown of each. */
export function tableOf(a: Side | null, b: Side | null, cursor: number): Row[] {
  const timed = a !== null && b !== null && sameDevice(a, b);
  const row = (key: string, name: string, of: (side: Side) => string, number?: (side: Side) => number | null): Row => {
    const [one, other] = [a && number?.(a), b && number?.(b)];
    return { key, name, a: a ? of(a) : '–', b: b ? of(b) : '–', change: typeof one === 'number' && typeof other === 'number' ? times(one, other) : '' };
  };
  const measured = (key: string, name: string, of: (side: Side) => string, number?: (side: Side) => number | null) =>
    row(key, name, (side) => (side.whatIf ? '–' : of(side)), number && ((side) => (side.whatIf ? null : number(side))));
  const work = ({ figures }: Side) => wholeCost(figures.cost);
  const rows = [
    row('tokens', t('Tokens'), ({ figures: { tokens, sampled } }) => (sampled.tokens < tokens ? t('{tokens}, {given} given', { tokens: integer(tokens), given: integer(tokens - sampled.tokens) }) : integer(tokens))),
    row('patches', t('Patches'), ({ gpt, figures }) => (gpt ? '–' : integer(figures.patches)), ({ gpt, figures }) => (gpt ? null : figures.patches)),
    row('p-avg', t('P_avg, tokens'), ({ gpt, figures }) => (gpt ? '–' : fixed(figures.pAvg, 2)), ({ gpt, figures }) => (gpt ? null : figures.pAvg)),
    row('steps', t(a?.gpt || b?.gpt ? 'Transformer steps' : 'Patch-transformer steps'), ({ figures }) => integer(figures.patchTransformerSteps), ({ figures }) => figures.patchTransformerSteps),
    measured('passes', t('Passes'), ({ figures }) => (figures.passes === null ? '–' : integer(figures.passes)), ({ figures, run }) => (run.window === null ? null : figures.passes)),
    ...windowRow(a, b),
    row('operations', t('Multiply-accumulates'), (side) => operations(work(side)), work),
    row('ratio', t('Work against one token per patch'), ({ figures }) => (figures.costRatio === null ? '–' : percent(figures.costRatio))),
    measured('time', t('Time'), (side) => { const ms = timeOf(side); return ms ? seconds(ms) : '–'; }, timed ? timeOf : undefined),
    measured('speed', t('Tokens/s'), (side) => fixed(speedOf(side), 1), timed ? speedOf : undefined),
    measured('place', t('Measured on'), ({ run, backend }) => measuredOn(run, backend).words),
  ];
  if (!a || !b) return rows;
  const { same, equal, first } = tokenDifference(a.events, b.events, cursor);
  const { both, either } = sharedBoundaries(a.events, b.events, cursor);
  const share = (part: number, whole: number) => (whole > 0 ? t('{part} of {whole}, {share}', { part: integer(part), whole: integer(whole), share: percent(part / whole) }) : '–');
  return [
    ...rows,
    { key: 'equal', name: t('Equal tokens'), a: share(equal, same.length), b: '', change: '' },
    { key: 'parted', name: t('First difference'), b: '', change: '', ...(first === null ? { a: same.length > 0 ? t('no token differs') : '–' } : { a: t('token {n}', { n: integer(first + 1) }), cell: first }) },
    ...(a.gpt || b.gpt ? [] : [{ key: 'boundaries', name: t('Shared boundaries'), a: share(both, either), b: '', change: '' }]),
  ];
}
