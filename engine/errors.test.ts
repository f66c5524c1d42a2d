import { expect, test } from 'vitest';
import { looksLikeHtml, PackError, shardAltered, StudioError, toTagged } from './errors.ts';
import { quote, say } from './phrase.ts';
import { utf8 } from './sha256.ts';

test('errors cross a boundary as plain data, with their values', () => {
  const tagged = toTagged(shardAltered('fp32/a.bin', say`${3} of ${4} bytes`));
  expect(structuredClone(tagged)).toEqual(tagged);
  expect(tagged).toMatchObject({ code: 'shard-altered', message: { values: ['fp32/a.bin'] }, detail: { template: '{0} of {1} bytes', values: [3, 4] } });
  expect(toTagged(new StudioError('stopped', say`x`))).toEqual({ code: 'stopped', message: say`x` });
  expect(toTagged(new TypeError('boom'))).toMatchObject({ code: 'unknown', message: quote('boom') });
  expect(toTagged('text')).toEqual({ code: 'unknown', message: quote('text') });
  expect(new PackError('shard-missing', say`x`)).toBeInstanceOf(StudioError);
  expect(new PackError('shard-missing', say`The file ${'a'} is missing.`).message).toBe('The file a is missing.');
});

test('web pages are not taken for weights', () => {
  for (const page of ['<!DOCTYPE html><html>', '\n  <html lang="en">', '\ufeff<!doctype html>']) expect(looksLikeHtml(utf8(page)), page).toBe(true);
  for (const other of ['', '{"a":1}', '\u0008\u0007onnx']) expect(looksLikeHtml(utf8(other)), other).toBe(false);
});
