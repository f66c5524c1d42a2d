import type { Stage } from '../../engine/log.ts';

/** Name of each stage, and its colour in tokens.css. */
export const STAGES = {
  entropy: { label: 'Entropy model', colour: 'stage-entropy' },
  encoder: { label: 'Encoder', colour: 'stage-encoder' },
  patchTransformer: { label: 'Patch transformer', colour: 'stage-patch' },
  decoder: { label: 'Decoder', colour: 'stage-decoder' },
  gpt: { label: 'Transformer', colour: 'stage-patch' },
  sampling: { label: 'Sampling', colour: 'stage-sampling' },
  wait: { label: 'Waiting for the GPU', colour: 'stage-wait' },
} as const satisfies Record<Stage, { label: string; colour: string }>;

/** Whether a pack, the plain transformer or not, has this stage; `waits`: whether it waited for a GPU. */
export const hasStage = (stage: Stage, gpt: boolean, waits: boolean): boolean =>
  (stage === 'wait' ? waits : stage === 'sampling' || (stage === 'gpt') === gpt);
