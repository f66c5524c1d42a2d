import { expect, test } from 'vitest';
import { usableMirrors } from './origins.ts';

test('only mirrors of the page\'s own origin or of one named at build time are asked', () => {
  const mirrors = ['https://a.test/models/nano', 'https://b.test/nano/', 'https://own.test/copy/', 'not an address'];
  expect(usableMirrors(mirrors, 'https://own.test', ['https://b.test'])).toEqual(['https://b.test/nano/', 'https://own.test/copy/']);
  expect(usableMirrors(mirrors, 'https://own.test', [])).toEqual(['https://own.test/copy/']);
  expect(usableMirrors(undefined, 'https://own.test')).toEqual([]);
});
