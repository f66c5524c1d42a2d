import type { LoadProgress } from '../../../workers/messages.ts';
import { megabytes } from '../../lib/format.ts';
import { named, translated, t } from '../../text/t.ts';

export const backendName = (backend: string) => ({ webgpu: 'WebGPU', wasm: 'WASM', cpu: 'CPU' })[backend] ?? backend;

const STAGES = {
  manifest: 'Opening the pack',
  weights: 'Weights',
  runtime: 'Starting the runtime',
  graphs: 'Preparing graphs',
  'self-test': 'Self-test',
  sessions: 'Preparing graphs',
} as const satisfies Record<LoadProgress['stage'], string>;

/** Rounded: an estimate that changes with every byte cannot be read. */
function timeLeft(seconds: number): string {
  if (seconds < 10) return t('a few seconds');
  if (seconds < 90) return t('about {n} s', { n: Math.round(seconds / 10) * 10 });
  return t('about {n} min', { n: Math.round(seconds / 60) });
}

/** Bytes for a download as long as some are to come, words for the rest; `short` fits the bar. */
export function stageText(progress: LoadProgress, short = false): string {
  const { stage, loaded, total, label } = progress;
  if (stage === 'weights' || (stage === 'runtime' && total > 1 && (loaded < total || progress.waiting))) {
    const of = total > 0 ? t('{loaded} of {total}', { loaded: megabytes(loaded).replace(/\sMB/, ''), total: megabytes(total) }) : megabytes(loaded);
    if (short) return of;
    const { secondsLeft, waiting } = progress;
    if (waiting) return `${translated(waiting)} ${t('Retrying.')}`;
    return `${t('Downloading {of}: {label}', { of, label })}${secondsLeft != null && loaded < total ? `, ${t('{time} left', { time: timeLeft(secondsLeft) })}` : ''}`;
  }
  return short || !label ? t(STAGES[stage]) : `${t(STAGES[stage])}: ${named(label)}`;
}

/** Share of the whole way, for the bar: the download is most of it. */
export function loadShare(progress: LoadProgress | null): number {
  if (!progress) return 0.02;
  const within = progress.total > 0 ? Math.min(1, progress.loaded / progress.total) : 0;
  const spans: Record<LoadProgress['stage'], [number, number]> = {
    manifest: [0, 0.02], runtime: [0.02, 0.2], weights: [0.2, 0.75], graphs: [0.75, 0.75], 'self-test': [0.75, 0.9], sessions: [0.9, 1],
  };
  const [from, to] = spans[progress.stage];
  return from + (to - from) * within;
}
