import { expect, test } from 'vitest';
import { loadTimes, noteLoad } from './loads.ts';

function memory(text: string | null = null) {
  return { text, getItem() { return this.text; }, setItem(_: string, value: string) { this.text = value; } };
}
const report = (fromCache: number, ms: number, packHash = 'a'.repeat(64)) => ({ packHash, variant: 'fp32', bytes: { total: 100, fromCache }, ms });
const day = new Date('2026-01-02T03:04:05Z');

test('cold and warm loads are kept beside each other, the last of each', () => {
  const storage = memory();
  expect(loadTimes(report(0, 0), storage)).toEqual({ cold: null, warm: null });
  noteLoad(report(0, 900), day, storage);
  noteLoad(report(100, 300), day, storage);
  noteLoad(report(100, 200), day, storage);
  noteLoad(report(40, 1), day, storage);
  const [cold, warm] = [900, 200].map((ms) => ({ ms, bytes: 100, date: '2026-01-02' }));
  expect(loadTimes(report(0, 0), storage)).toEqual({ cold, warm });
  expect(loadTimes(report(0, 0, 'b'.repeat(64)), storage)).toEqual({ cold: null, warm: null });
});

test('only the latest packs are remembered', () => {
  const storage = memory();
  for (let i = 0; i < 10; i++) noteLoad(report(0, i, String(i).repeat(64)), day, storage);
  expect(loadTimes(report(0, 0, '0'.repeat(64)), storage).cold).toBeNull();
  expect(loadTimes(report(0, 0, '9'.repeat(64)), storage).cold?.ms).toBe(9);
});

test('no storage, full storage or nonsense in it does no harm', () => {
  expect(() => noteLoad(report(0, 1), day, null)).not.toThrow();
  expect(loadTimes(report(0, 1), null)).toEqual({ cold: null, warm: null });
  for (const text of ['{', '7', '"x"', '[null]', '[[]]', '[["a"]]', `[["${'a'.repeat(16)}/fp32",null]]`, `[["${'a'.repeat(16)}/fp32",{"cold":7,"warm":[]}]]`]) expect(loadTimes(report(0, 1), memory(text))).toEqual({ cold: null, warm: null });
  const beside = memory('[null]');
  noteLoad(report(0, 5), day, beside);
  expect(loadTimes(report(0, 5), beside).cold?.ms, 'and the next load is noted all the same').toBe(5);
  const full = { getItem: () => null, setItem: () => { throw new DOMException('full', 'QuotaExceededError'); } };
  expect(() => noteLoad(report(0, 1), day, full)).not.toThrow();
});
