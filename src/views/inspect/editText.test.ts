import { expect, test } from 'vitest';
import { editText } from './editText.ts';

test.each([
  [0, 1, 'The first token is kept, the rest are sampled again.'],
  [0, 13, 'The first 13 tokens are kept, the rest are sampled again.'],
  [1, 1, '1 token changed; the first is kept, the rest are sampled again.'],
  [2, 13, '2 tokens changed; the first 13 are kept, the rest are sampled again.'],
])('%i changed, %i kept: "%s"', (changed, keep, text) => {
  expect(editText(changed, keep)).toBe(text);
});
