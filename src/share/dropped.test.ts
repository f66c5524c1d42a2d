import { expect, test } from 'vitest';
import { dropped } from './dropped.ts';

const file = (name: string, type = '') => new File(['x'], name, { type });
const transfer = (files: File[], types: string[] = ['Files'], folders = 0) => ({
  files, types, items: Array.from({ length: folders }, () => ({ webkitGetAsEntry: () => ({ isDirectory: true }) })),
}) as unknown as DataTransfer;

test.each([
  ['the picture beside a text', [file('notes.txt', 'text/plain'), file('a.png', 'image/png')], 'a.png'],
  ['a run beside a text', [file('notes.txt', 'text/plain'), file('a.run.json', 'application/json')], 'a.run.json'],
  ['a picture whose kind the browser does not know', [file('x'), file('a.HEIC')], 'a.HEIC'],
  ['the file there is', [file('notes.txt', 'text/plain')], 'notes.txt'],
])('of a drop %s is taken', (_, files, name) => {
  expect(dropped(transfer(files))).toMatchObject({ kind: 'file', file: { name } });
});

test('a zip or a folder is a pack, whatever lies beside it', () => {
  expect(dropped(transfer([file('a.png', 'image/png'), file('pack.zip')]))).toMatchObject({ kind: 'pack' });
  expect(dropped(transfer([], ['Files'], 1))).toMatchObject({ kind: 'pack' });
});

test('a picture dragged from another page is an address; a piece of text is nothing', () => {
  expect(dropped(transfer([], ['text/uri-list', 'text/html']))).toEqual({ kind: 'address' });
  expect(dropped(transfer([], ['text/plain']))).toBeNull();
  expect(dropped(null)).toBeNull();
});
