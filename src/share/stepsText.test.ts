import { expect, test } from 'vitest';
import { stepsText } from './stepsText.ts';

const events = [['first'], [], ['entropy']].map((opens) => ({ opens })) as unknown as Parameters<typeof stepsText>[0];

test('counts the steps of the patch transformer', () => {
  expect(stepsText(events, 'dpar')).toBe('2 patch-transformer steps for 3 tokens');
  expect(stepsText(events.slice(0, 1), 'dpar')).toBe('1 patch-transformer step for 1 token');
});

test('a plain transformer has none', () => {
  expect(stepsText(events, 'gpt')).toBe('3 tokens');
});
