import { expect, test } from 'vitest';
import { checkSheet } from './sheet.ts';

const sheet = { file: { path: 'gallery.png', bytes: 1, sha256: '0'.repeat(64) }, columns: 6, size: 64, classes: Array<number>(60).fill(0) };

test('a sheet has the size of its pictures, the last row whole', () => {
  expect(() => checkSheet(sheet, { width: 384, height: 640 })).not.toThrow();
  expect(() => checkSheet({ ...sheet, classes: sheet.classes.slice(5) }, { width: 384, height: 640 })).not.toThrow();
});

test.each([['size', { size: 65 }], ['columns', { columns: 1 }], ['classes', { classes: [0, 1] }]])('another %s than the picture has is told', (_, wrong) => {
  expect(() => checkSheet({ ...sheet, ...wrong }, { width: 384, height: 640 })).toThrow(expect.objectContaining({ code: 'manifest-invalid', message: expect.stringContaining('gallery.png is 384 × 640 pixels') }));
});
