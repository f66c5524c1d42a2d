import type { LoadProgress } from '../../../workers/messages.ts';
import { megabytes } from '../../lib/format.ts';

export const backendName = (backend: string) => ({ webgpu: 'WebGPU', wasm: 'WASM', cpu: 'CPU' })[backend] ?? backend;

const STAGES: Record<LoadProgress['stage'], string> = {
  manifest: 'Opening the pack',
  weights: 'Weights',
  runtime: 'Starting the runtime',
  sessions: 'Preparing graphs',
  'self-test': 'Self-test',
};

/** Bytes for the download, counts for the rest; `short` fits the bar. */
export function stageText(progress: LoadProgress, short = false): string {
  const { stage, loaded, total, label } = progress;
  if (stage === 'weights') {
    const of = total > 0 ? `${megabytes(loaded).replace(' MB', '')} of ${megabytes(total)}` : megabytes(loaded);
    return short ? of : `Downloading ${of}: ${label}`;
  }
  return short || !label ? STAGES[stage] : `${STAGES[stage]}: ${label}`;
}

/** Share of the whole way, for the bar: the download is most of it. */
export function loadShare(progress: LoadProgress | null): number {
  if (!progress) return 0.02;
  const within = progress.total > 0 ? Math.min(1, progress.loaded / progress.total) : 0;
  const spans: Record<LoadProgress['stage'], [number, number]> = {
    manifest: [0, 0.02], runtime: [0.02, 0.05], weights: [0.05, 0.75], 'self-test': [0.75, 0.9], sessions: [0.9, 1],
  };
  const [from, to] = spans[progress.stage];
  return from + (to - from) * within;
}
