import { expect, it } from 'vitest';
import { say } from '../../engine/phrase.ts';
import { fromFailure, toProblem } from './problem.ts';

it('a script that the worker could not fetch is named in our words, as one of the page is', () => {
  const words = 'TypeError: Failed to fetch dynamically imported module: https://studio.test/assets/ort-1.mjs';
  expect(fromFailure({ code: 'unknown', message: say`${words}` })).toMatchObject({ code: 'part-missing', message: say`A part of the studio could not be fetched.` });
  expect(toProblem(new TypeError(words))).toEqual(fromFailure({ code: 'unknown', message: say`${words}` }));
  expect(fromFailure({ code: 'unknown', message: say`Something else.` })).toMatchObject({ code: 'unknown', message: say`Something else.` });
});
