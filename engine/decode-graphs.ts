/** The graphs that decode a pack, by its kind: one image, or several at once. */
import { BatchGptGraphs } from './batch/gpt-graphs.ts';
import type { BatchGraphs } from './batch/graphs.ts';
import { BatchSessionGraphs } from './batch/session-graphs.ts';
import { GptGraphs } from './gpt-graphs.ts';
import type { DecodeGraphs } from './graphs.ts';
import type { GraphRunner } from './graph-runner.ts';
import type { Manifest } from './manifest.ts';
import { SessionGraphs } from './session-graphs.ts';

export const decodeGraphs = (runner: GraphRunner, manifest: Manifest): DecodeGraphs =>
  manifest.kind === 'gpt' ? new GptGraphs(runner, manifest) : new SessionGraphs(runner, manifest);

export const batchGraphs = (runner: GraphRunner, manifest: Manifest): BatchGraphs =>
  manifest.kind === 'gpt' ? new BatchGptGraphs(runner, manifest) : new BatchSessionGraphs(runner, manifest);
