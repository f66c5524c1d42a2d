import type { BatchGraphs } from './graphs.ts';

/** The steps that a pack of kind gpt does not take: a token is its own patch, so nothing is pooled and nothing conditions it. */
export class WithoutPatches implements Pick<BatchGraphs, 'entropyStep' | 'patchStep'> {
  /** An entropy model is in the pack for inspection only; the entropies of a null class are read from the logits. */
  entropyStep(): Promise<never> {
    return Promise.reject(new Error('a pack of kind gpt decodes without the entropy model'));
  }

  async patchStep(): Promise<void> {
    // Nothing to do.
  }
}
