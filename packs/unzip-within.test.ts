import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { StudioError } from '../engine/errors.ts';
import { say } from '../engine/phrase.ts';
import { overlappingZip } from './testing/overlapping-zip.ts';
import { unzipWithin, type ZipFault } from './unzip-within.ts';

const refuse = (fault: ZipFault) => new StudioError('pack-refused', say`${fault}`);
const zip = zipSync({ 'a.txt': strToU8('packed '.repeat(100)), 'b/': [new Uint8Array(0), { level: 0 }], 'b/c.bin': [new Uint8Array(300), { level: 0 }] });

test('what keeps to the limits is unpacked, files only', () => {
  const files = unzipWithin(zip, { files: 3, bytes: 1000 }, refuse);
  expect([...files].map(([name, { length }]) => [name, length])).toEqual([['a.txt', 700], ['b/c.bin', 300]]);
});

test('one file or one byte more than the limits is refused', () => {
  expect(() => unzipWithin(zip, { files: 2, bytes: 1000 }, refuse)).toThrow('files');
  expect(() => unzipWithin(zip, { files: 3, bytes: 999 }, refuse)).toThrow('bytes');
  expect(() => unzipWithin(strToU8('no zip'), { files: 3, bytes: 999 }, refuse)).toThrow('damaged');
});

test('entries that share their bytes count for what each takes up, whatever they say', () => {
  expect(unzipWithin(overlappingZip(10, 100), { files: 10, bytes: 1000 }, refuse).size).toBe(10);
  expect(() => unzipWithin(overlappingZip(11, 100), { files: 11, bytes: 1000 }, refuse)).toThrow('bytes');
});

test('what is refused at its last entry has not been unpacked up to there', () => {
  const bomb = overlappingZip(11, 100);
  const list = bomb.findIndex((_, at) => new DataView(bomb.buffer).getUint32(at, true) === 0x02014b50);
  bomb[list + 10] = 99; // packed in a way that nobody unpacks
  expect(() => unzipWithin(bomb, { files: 11, bytes: 1000 }, refuse)).toThrow('bytes');
  expect(() => unzipWithin(bomb, { files: 11, bytes: 2000 }, refuse)).toThrow('damaged');
});

test('a name that the check refuses is refused with its words', () => {
  const check = (name: string) => { if (name.startsWith('b/')) throw new StudioError('pack-refused', say`the name ${name}`); };
  expect(() => unzipWithin(zip, { files: 3, bytes: 1000 }, refuse, check)).toThrow('the name b/');
});
