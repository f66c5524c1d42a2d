import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseManifest, type Manifest } from '../../engine/manifest.ts';
import { resolutionRows } from './resolution.ts';

const read = (name: string): Manifest => parseManifest(JSON.parse(readFileSync(`public/models/${name}/manifest.json`, 'utf8')));
const rows = resolutionRows(read('eurosat'), read('eurosat-baseline'));

it('tokens and patches grow with the area, attention with its square', () => {
  expect(rows.map(({ size, tokens }) => [size, tokens])).toEqual([[64, 256], [128, 1024], [256, 4096], [512, 16384], [1024, 65536]]);
  const [one, two] = [rows.at(-2)!, rows.at(-1)!];
  expect(two.patches / one.patches).toBeCloseTo(4);
  expect(two.attention / one.attention).toBeCloseTo(16, 1);
  expect(two.linear).toBeLessThan(one.linear);
});

it('only the size of the pack is measured', () => {
  expect(rows.filter(({ measured }) => measured).map(({ size }) => size)).toEqual([64]);
});

it('a pack of another size brings its own patches: from its evaluation, or else from its curve', () => {
  const own = read('eurosat');
  const curve = [{ entropyThreshold: 5, pAvg: 2, stepsMean: 300 }, { entropyThreshold: 6, pAvg: 3, stepsMean: 200 }];
  const larger = { ...own, image: { size: 96 }, grid: { width: 24, tokens: 576 }, evaluation: {}, curve, defaults: { ...own.defaults, entropyThreshold: 5.25 } };
  const find = (other: Manifest) => resolutionRows(own, read('eurosat-baseline'), [other]).find(({ size }) => size === 96);
  expect(find(larger)).toMatchObject({ tokens: 576, patches: 275, measured: true });
  expect(find({ ...larger, evaluation: { steps_mean: 280 } })).toMatchObject({ patches: 280 });
  expect(find({ ...larger, curve: [] })).toBeUndefined();
});
