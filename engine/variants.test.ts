import { expect, test } from 'vitest';
import { parseManifest } from './manifest.ts';
import { tinyFigures, tinyManifest } from './testing/manifest.ts';
import { goldenTolerance } from './variants.ts';

test('rounding alone is allowed to exact weights, the measured distance on top to others', () => {
  const m = tinyManifest();
  expect(goldenTolerance(m, 'fp32')).toBe(1e-3);
  m.variants.w8 = { ...m.variants.fp32!, figures: { ...tinyFigures, logits: 0.2, entropy: 0.05 } };
  expect(goldenTolerance(m, 'w8')).toBeCloseTo(0.201, 9);
  m.variants.w8.figures = { ...tinyFigures, logits: 0.01, entropy: 0.05 };
  expect(goldenTolerance(m, 'w8')).toBeCloseTo(0.051, 9);
});

test('a manifest may give figures and a reason, and wrong ones are named', () => {
  const m = tinyManifest();
  m.variants.fp32!.figures = { ...tinyFigures };
  m.defaultVariant.reason = 'the only one';
  expect(parseManifest(m)).toBe(m);
  m.variants.fp32!.figures.klMean = -1;
  expect(() => parseManifest(m)).toThrow('variants.fp32.figures.klMean');
  m.variants.fp32!.figures = { ...tinyFigures };
  m.defaultVariant.reason = ' ';
  expect(() => parseManifest(m)).toThrow('defaultVariant.reason');
});
