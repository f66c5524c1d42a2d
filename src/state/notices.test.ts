import { expect, test } from 'vitest';
import { createNotices } from './notices.ts';
import { problem } from './problem.ts';
import { english, quote } from '../../engine/phrase.ts';

const of = (message: string) => problem('bad-address', quote(message));

test('the same message of one source stands once; a source is replaced as a whole', () => {
  const notices = createNotices();
  notices.add('file', of('a'));
  notices.add('file', of('a'));
  notices.add('link', of('a'));
  expect(notices.getState().list.map(({ source }) => source)).toEqual(['file', 'link']);
  notices.replace('file', [of('b'), of('c')]);
  expect(notices.getState().list.map(({ source, message }) => source + english(message))).toEqual(['linka', 'fileb', 'filec']);
  notices.replace('file', []);
  expect([notices.has('file'), notices.has('link')]).toEqual([false, true]);
});

test('another run takes along what was about a file, a link or the run before, nothing else', () => {
  const notices = createNotices();
  for (const source of ['file', 'address', 'link', 'opened', 'recording', 'storage', 'update']) notices.add(source, of(source));
  notices.beforeRun();
  expect(notices.getState().list.map(({ source }) => source)).toEqual(['storage', 'update']);
});

test('one is closed, the others stay', () => {
  const notices = createNotices();
  notices.replace('address', [of('a'), of('b')]);
  notices.close(notices.getState().list[0]!.id);
  expect(notices.getState().list.map(({ message }) => english(message))).toEqual(['b']);
});
