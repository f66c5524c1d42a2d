import { expect, test } from 'vitest';
import { fromTagged, looksLikeHtml, PackError, shardAltered, StudioError, toTagged } from './errors.ts';
import { utf8 } from './sha256.ts';

test('errors cross a boundary as plain data', () => {
  const tagged = toTagged(shardAltered('fp32/a.bin', 'sha256 differs'));
  expect(structuredClone(tagged)).toEqual(tagged);
  expect(fromTagged(tagged)).toMatchObject({ code: 'shard-altered', detail: 'sha256 differs', message: expect.stringContaining('fp32/a.bin') });
  expect(toTagged(new StudioError('stopped', 'x'))).toEqual({ code: 'stopped', message: 'x' });
  expect(toTagged(new TypeError('boom'))).toMatchObject({ code: 'unknown', message: 'boom' });
  expect(toTagged('text')).toEqual({ code: 'unknown', message: 'text' });
  expect(new PackError('shard-missing', 'x')).toBeInstanceOf(StudioError);
});

test('web pages are told from weights', () => {
  for (const page of ['<!DOCTYPE html><html>', '\n  <html lang="en">', '\ufeff<!doctype html>']) expect(looksLikeHtml(utf8(page)), page).toBe(true);
  for (const other of ['', '{"a":1}', '\u0008\u0007onnx']) expect(looksLikeHtml(utf8(other)), other).toBe(false);
});
