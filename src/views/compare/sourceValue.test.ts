import { expect, it } from 'vitest';
import type { RunSource } from '../../state/compare/runSource.ts';
import { readSource, sourceValue } from './sourceValue.ts';

it.each<[RunSource | null, string]>([
  [{ kind: 'view' }, 'view'], [{ kind: 'recording', pack: 'tiny', index: 2 }, 'recording:tiny:2'], [{ kind: 'history', id: 'a1' }, 'history:a1'], [{ kind: 'made', index: 0 }, 'made:0'], [null, ''],
])('%o is %s as a value, and is read from it', (source, value) => {
  expect(sourceValue(source)).toBe(value);
  expect(readSource(value)).toEqual(source);
});

it('knows no other value', () => expect(readSource('nonsense')).toBeNull());
