import { expect, test } from 'vitest';
import { parseJson } from './json.ts';

test('what JSON is, is read', () => {
  for (const value of [{ a: [1, 'x\\"]', { b: null }] }, 'text \u{1f30d}', '\\ud800', [], 3]) expect(parseJson(JSON.stringify(value))).toEqual(value);
  expect(parseJson('"\\ud83c\\udf0d"')).toBe('\u{1f30d}');
});

test('nesting 100,000 deep is refused with the reason, whatever it is made of', () => {
  for (const [open, close] of [['[', ']'], ['{"a":', '}']] as const) {
    expect(() => parseJson(`${open.repeat(100_000)}1${close.repeat(100_000)}`)).toThrow('nested more than 64 deep');
  }
  expect(parseJson(`${'['.repeat(64)}${']'.repeat(64)}`)).toBeTruthy();
  expect(parseJson(JSON.stringify('['.repeat(1000)))).toBe('['.repeat(1000));
});

test('half a character is refused, escaped or as it is, at the end or before another', () => {
  for (const text of ['"\\ud800"', '"\\udc00"', '"\\udc00\\ud800"', '"\\uD83Cx"', '"\ud800"', '{"a\\ud800":1}']) expect(() => parseJson(text), text).toThrow('half a character');
});

test('a key of the prototype is refused, wherever it stands and however it is written; as a value it is a text', () => {
  for (const text of ['{"__proto__":1}', '{"a":[{"b":{"__proto__":{}}}]}', '{"\\u005f_proto__":1}', '{"__pr\\u006Fto__":1}']) expect(() => parseJson(text), text).toThrow('it has a key __proto__');
  for (const value of [{ a: '__proto__' }, { ___proto__: 1, constructor: 2 }, ['\u0000', { b: '"__proto__":1' }]]) expect(parseJson(JSON.stringify(value))).toEqual(value);
});
