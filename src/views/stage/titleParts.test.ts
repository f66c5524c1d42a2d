import { expect, test } from 'vitest';
import { quote, say, term } from '../../../engine/phrase.ts';
import { titleOf } from '../../state/runRequest.ts';
import { german } from '../../text/german.ts';
import { speak } from '../../text/t.ts';
import { titleParts } from './titleParts.ts';

test('a seed or a number is kept apart from the name before it, in every language', () => {
  const title = titleOf({ className: 'River', seed: 4294967290 });
  expect(titleParts(title)).toEqual(['River', ', seed 4294967290']);
  expect(titleParts(say`${term('Cat')}, held-out picture ${3}`)).toEqual(['Cat', ', held-out picture 3']);
  speak(german);
  expect(titleParts(title)).toEqual(['Fluss', ', Seed 4294967290']);
  speak(null);
});

test('a file is all name', () => {
  expect(titleParts(quote('IMG 1, seed 2.png'))).toEqual(['IMG 1, seed 2.png', '']);
  expect(titleParts(say`The pasted picture`)).toEqual(['The pasted picture', '']);
});
