import { expect, test } from 'vitest';
import { say } from '../../../engine/phrase.ts';
import { loadShare, stageText } from './loadText.ts';

test('what has come is not said to be on its way: the graphs are prepared, the runtime starts', () => {
  expect(stageText({ stage: 'weights', loaded: 11e6, total: 23e6, label: 'Nano' })).toBe('Downloading 11 of 23\u00a0MB: Nano');
  const graphs = { stage: 'graphs', loaded: 0, total: 1, label: 'wasm' } as const;
  expect([stageText(graphs), stageText(graphs, true)]).toEqual(['Preparing graphs: wasm', 'Preparing graphs']);
  const runtime = { stage: 'runtime', loaded: 4e6, total: 9e6, label: 'onnxruntime' } as const;
  expect([stageText(runtime, true), stageText({ ...runtime, loaded: 9e6 }, true)]).toEqual(['4 of 9\u00a0MB', 'Starting the runtime']);
  expect(stageText({ ...runtime, loaded: 9e6, waiting: say`No byte came.` })).toBe('No byte came. Retrying.');
});

test('the bar does not go back from one stage to the next', () => {
  const stages = ['manifest', 'runtime', 'weights', 'graphs', 'self-test', 'sessions'] as const;
  const shares = stages.flatMap((stage) => [0, 1].map((loaded) => loadShare({ stage, loaded, total: 1, label: '' })));
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
});
