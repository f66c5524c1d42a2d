import { expect, it, vi } from 'vitest';
import { oncePer } from './oncePer.ts';

it('makes one for each key, when it is asked for', () => {
  const make = vi.fn((key: { n: number }) => (key.n === 0 ? null : { of: key.n }));
  const get = oncePer(make);
  expect(make).not.toHaveBeenCalled();
  const [one, other, none] = [{ n: 1 }, { n: 1 }, { n: 0 }];
  expect(get(one)).toBe(get(one));
  expect(get(other)).not.toBe(get(one));
  expect([get(none), get(none)]).toEqual([null, null]);
  expect(make).toHaveBeenCalledTimes(3);
});
