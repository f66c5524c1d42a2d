import { expect, test } from 'vitest';
import { isForeign } from './foreignError.ts';

const page = 'https://studio.test/demo/#pack=nano';
const thrown = (at: string) => Object.assign(new TypeError('x is undefined'), { stack: `TypeError: x is undefined\n    at f (${at}:1:2)` });

test('the studio\'s own errors are its own', () => {
  expect(isForeign(thrown('https://studio.test/demo/assets/index.js'), 'https://studio.test/demo/assets/index.js', page)).toBe(false);
  expect(isForeign(thrown('https://studio.test/demo/assets/index.js'), undefined, page)).toBe(false);
});

test.each([
  ['whose script is an extension\'s', thrown('chrome-extension://abc/content.js'), 'chrome-extension://abc/content.js'],
  ['whose promise was an extension\'s', thrown('moz-extension://abc/content.js'), undefined],
  ['of a script from elsewhere', thrown('https://other.test/a.js'), 'https://other.test/a.js'],
  ['that is a plain object', { code: 4001 }, undefined],
  ['that is undefined', undefined, undefined],
])('an error %s is not reported as the studio\'s', (_, error, file) => {
  expect(isForeign(error, file, page)).toBe(true);
});
