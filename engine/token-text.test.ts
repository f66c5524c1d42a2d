import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packTokens, unpackTokens } from './token-text.ts';

test('tokens round-trip in letters that addresses leave alone', () => {
  fc.assert(fc.property(fc.array(fc.nat(2 ** 20 - 1), { maxLength: 300 }), (tokens) => {
    const text = packTokens(tokens);
    expect(text).toMatch(/^1\.[A-Za-z0-9_-]+$/);
    expect(unpackTokens(text)).toEqual(tokens);
  }));
});

test('an image of 256 tokens of 1024 codes is short', () => {
  expect(packTokens(Array.from({ length: 256 }, (_, i) => i * 4)).length).toBeLessThan(440);
});

test('anything else is refused, never half read', () => {
  const good = packTokens([1, 2, 3]);
  for (const text of ['', '1', '2.AA', '1.', '1.*', good.slice(0, -1), `${good}A`, '1.__________']) expect(() => unpackTokens(text), text).toThrow(/given tokens cannot be read/);
  fc.assert(fc.property(fc.string(), (text) => {
    try {
      expect(Array.isArray(unpackTokens(text))).toBe(true);
    } catch (error) {
      expect(error).toMatchObject({ code: 'bad-argument' });
    }
  }));
});
