import { expect, test } from 'vitest';
import { createClassLists, RECENT } from './classLists.ts';

function fakeStorage(): Storage {
  const kept = new Map<string, string>();
  return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) } as Storage;
}

test('the last ones chosen come first, each once, a few of them', () => {
  const lists = createClassLists('p', fakeStorage);
  for (let i = 0; i < RECENT + 3; i++) lists.choose(`n${i}`);
  lists.choose('n5');
  expect(lists.getState().recent).toHaveLength(RECENT);
  expect(lists.getState().recent.slice(0, 3)).toEqual(['n5', 'n10', 'n9']);
});

test('pins stay in their order, and both lists are there again for the same pack only', () => {
  const storage = fakeStorage();
  const lists = createClassLists('p', () => storage);
  lists.pin('a', true);
  lists.pin('b', true);
  lists.pin('c', true);
  lists.pin('b', false);
  lists.choose('x');
  expect(createClassLists('p', () => storage).getState()).toEqual({ recent: ['x'], pinned: ['a', 'c'] });
  expect(createClassLists('other', () => storage).getState()).toEqual({ recent: [], pinned: [] });
});

test('damaged or refused storage is as none', () => {
  const storage = fakeStorage();
  storage.setItem('studio-classes:p', '{"recent": 5, "pinned": ["a", 3]}');
  expect(createClassLists('p', () => storage).getState()).toEqual({ recent: [], pinned: ['a'] });
  storage.setItem('studio-classes:p', 'no json');
  expect(createClassLists('p', () => storage).getState()).toEqual({ recent: [], pinned: [] });
  const refused = createClassLists('p', () => { throw new Error('SecurityError'); });
  refused.choose('a');
  expect(refused.getState().recent).toEqual(['a']);
});
