import { expect, test } from 'vitest';
import { german } from '../text/german.ts';
import { speak } from '../text/t.ts';
import { boundaries, files, patchSteps, steps, tokens } from './counts.ts';

const counted = (n: number) => [tokens, steps, patchSteps, boundaries, files].map((count) => count(n));

test('one is singular, every other number plural, in both languages', () => {
  expect(counted(1)).toEqual(['1 token', '1 step', '1 patch-transformer step', '1 boundary', '1 file']);
  expect(counted(0)).toEqual(['0 tokens', '0 steps', '0 patch-transformer steps', '0 boundaries', '0 files']);
  expect(tokens(1024)).toBe('1\u202f024 tokens');
  speak(german);
  expect(counted(1)).toEqual(['1 Token', '1 Schritt', '1 Schritt des Patch-Transformers', '1 Grenze', '1 Datei']);
  expect(counted(2)).toEqual(['2 Tokens', '2 Schritte', '2 Schritte des Patch-Transformers', '2 Grenzen', '2 Dateien']);
  speak(null);
});
