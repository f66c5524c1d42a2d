import type { RunHeader, TokenEvent } from '../../../engine/log.ts';
import type { Manifest } from '../../../engine/manifest.ts';
import { isTokenByToken } from '../../../engine/settings.ts';
import { interpolate } from '../../lib/interpolate.ts';
import { refusal } from '../inspect/underRules.ts';
import { requestOf, type RunRequest } from '../runRequest.ts';
import { presetOf, withPreset } from '../presets.ts';

/** What a run is held against with one press. */
export const against = ['dynamic', 'static', 'token', 'pass'] as const;
export type Against = (typeof against)[number];

type Known = Pick<Manifest, 'grid' | 'model' | 'kind' | 'defaults' | 'curve'>;

const SHEET_SIZE = 6;
const STEP = 0.05;

/** The same picture with another way of patching, or decoded one token a pass; static patches get the mean length that this very run has. Null where that is what it is. */
export function requestAgainst(which: Against, header: RunHeader, events: readonly TokenEvent[], manifest: Known): RunRequest | null {
  if (which === 'pass') return events.some(({ t, pass }) => pass !== undefined && pass <= t) ? requestOf(header, { ...header.settings, window: 1 }) : null;
  if (manifest.kind === 'gpt' || presetOf(header.settings) === which) return null;
  const settings = withPreset(which, header.settings, manifest);
  const patches = events.filter(({ opens }) => opens.length > 0).length;
  if (which === 'static' && patches > 0 && !isTokenByToken(header.settings)) settings.staticLength = Math.max(1, Math.round((100 * events.length) / patches) / 100);
  return refusal(manifest, settings) ? null : requestOf(header, settings);
}

/** Another class, all else the same, but that nothing is held against itself. */
export function requestClass(index: number, header: RunHeader): RunRequest {
  const { against, ...rest } = header.settings;
  return { ...requestOf(header, against === index ? rest : header.settings), class: index };
}

/** The same image guided away from that class; null where guidance makes one prediction only, or where it is that already. */
export function requestLess(against: number, header: RunHeader): RunRequest | null {
  const { settings } = header;
  return settings.guidance === 1 || against === settings.against || against === header.class ? null : requestOf(header, { ...settings, against });
}

/** One seed over E_th, as in the paper's Table 6, all else as in the run. Static patches and those of one token leave E_th nothing to decide: they become the pack's dynamic ones. */
export function requestThresholds(thresholds: readonly number[], header: RunHeader, manifest: Pick<Known, 'defaults' | 'curve'>): RunRequest[] {
  const { settings } = header;
  const dynamic = presetOf(settings) === 'dynamic' ? settings : withPreset('dynamic', settings, manifest);
  return thresholds.map((entropyThreshold) => requestOf(header, { ...dynamic, entropyThreshold, entropyGate: true }));
}

/**
 * Thresholds from short patches to long ones, evenly in P_avg by the pack's curve; without a curve, evenly over the
 * entropies of the run at hand. The run's own threshold takes the place of the one next to it.
 */
export function sheetThresholds(curve: Manifest['curve'], entropies: readonly (number | null)[], own: number): number[] {
  const points = [...curve].sort((x, y) => x.entropyThreshold - y.entropyThreshold);
  const shares = Array.from({ length: SHEET_SIZE }, (_, i) => (i + 0.5) / SHEET_SIZE);
  let list: number[];
  if (points.length > 1) {
    const byLength = points.map(({ pAvg, entropyThreshold }) => [pAvg, entropyThreshold] as const);
    const [low, high] = [points[0]!.pAvg, points.at(-1)!.pAvg];
    list = shares.map((share) => interpolate(byLength, low + share * (high - low), 'held')!);
  } else {
    const sorted = entropies.filter((value): value is number => value !== null).sort((x, y) => x - y);
    if (sorted.length === 0) return [own];
    list = shares.map((share) => sorted[Math.floor(share * sorted.length)]!);
  }
  list = list.map((value) => Number((Math.round(value / STEP) * STEP).toFixed(2)));
  const near = list.reduce((best, value, i) => (Math.abs(value - own) < Math.abs(list[best]! - own) ? i : best), 0);
  list[near] = own;
  return [...new Set(list)].sort((x, y) => x - y);
}
