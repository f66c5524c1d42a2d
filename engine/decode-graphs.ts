import { DparGraphs } from './dpar-graphs.ts';
import { GptGraphs } from './gpt-graphs.ts';
import type { DecodeGraphs } from './graphs.ts';
import type { GraphRunner } from './graph-runner.ts';
import type { Manifest } from './manifest.ts';

/** The graphs that decode a pack, by its kind. */
export const decodeGraphs = (runner: GraphRunner, manifest: Manifest): DecodeGraphs =>
  manifest.kind === 'gpt' ? new GptGraphs(runner, manifest) : new DparGraphs(runner, manifest);
