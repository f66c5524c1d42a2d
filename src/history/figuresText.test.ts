import { expect, test } from 'vitest';
import { figuresText } from './figuresText.ts';

test.each([
  [118, 256, '118 steps for 256 tokens · P_avg\u00a02.17'],
  [1, 3, '1 step for 3 tokens · P_avg\u00a03.00'],
  [256, 256, '256 steps for 256 tokens'],
  [0, 0, ''],
])('%i steps, %i tokens: "%s"', (patches, tokens, text) => {
  expect(figuresText({ patches, tokens })).toBe(text);
});
