import { expect, test } from 'vitest';
import { quote } from '../../../engine/phrase.ts';
import type { Origin, RunPhase } from '../../state/run.ts';
import { runText } from './runText.ts';

const text = (phase: RunPhase, origin: Origin) => runText({ phase, origin, title: quote('River, seed 7'), count: 16 });

test('a finished run is described by where it comes from', () => {
  expect(text('complete', 'generated')).toBe('River, seed 7 is finished: 16 tokens.');
  expect(text('complete', 'recorded')).toBe('Showing a recorded run: River, seed 7.');
  expect(text('complete', 'opened')).toBe('Showing an earlier run: River, seed 7.');
  expect(text('complete', 'given')).toBe('Showing your picture: River, seed 7.');
});

test('a run that grows is named, and one that ended early is described by its end', () => {
  expect(text('running', 'generated')).toBe('Decoding River, seed 7.');
  expect(text('stopped', 'opened')).toBe('Stopped after 16 tokens.');
  expect(text('empty', 'recorded')).toBe('');
});
