import type { DecodeRequest } from './decode-request.ts';
import { SAMPLER, type RunHeader } from './log.ts';
import type { Manifest } from './manifest.ts';

/** What makes a run: the pack by its hash, with the weights and the backend that it runs on. */
export interface RunMaker {
  manifest: Pick<Manifest, 'name' | 'classes' | 'grid'>;
  hash: string;
  variant: RunHeader['variant'];
  backend: RunHeader['backend'];
}

/** The header of a run that is about to be made. It keeps nothing that the request or the manifest may change later. */
export function runHeader({ manifest, hash, variant, backend }: RunMaker, request: Pick<DecodeRequest, 'class' | 'seed' | 'settings' | 'given'>): RunHeader {
  const { name, classes, grid } = manifest;
  return {
    pack: { name, hash }, variant, backend, class: request.class, className: classes[request.class]?.label ?? 'no class', seed: request.seed,
    settings: { ...request.settings }, grid: { ...grid }, sampler: SAMPLER, ...(request.given && request.given.length > 0 && { given: [...request.given] }),
  };
}
