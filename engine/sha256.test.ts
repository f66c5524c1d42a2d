import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256, sha256Large, utf8 } from './sha256.ts';

test('known answers (FIPS 180-4)', () => {
  expect(sha256(utf8(''))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(sha256(utf8('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256(utf8('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'))).toBe('248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1');
});

test('agrees with Node on any bytes, also inside a larger buffer, and with Web Crypto', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
    const inner = new Uint8Array([9, ...bytes, 9]).subarray(1, bytes.length + 1);
    const want = createHash('sha256').update(bytes).digest('hex');
    expect(sha256(inner)).toBe(want);
    expect(await sha256Large(inner)).toBe(want);
  }));
});

test('utf8 agrees with TextEncoder, lone surrogates included', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
    expect([...utf8(text)]).toEqual([...new TextEncoder().encode(text)]);
  }));
  expect([...utf8('a\ud800b')]).toEqual([...new TextEncoder().encode('a\ud800b')]);
});
