import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseManifest, type Manifest } from '../../engine/manifest.ts';
import { worthOf } from './worth.ts';

const read = (name: string): Manifest => parseManifest(JSON.parse(readFileSync(`public/models/${name}/manifest.json`, 'utf8')));
const [pack, plain] = [read('eurosat'), read('eurosat-baseline')];
const withEvaluation = (manifest: Manifest, more: object): Manifest => ({ ...manifest, evaluation: { ...manifest.evaluation, ...more } }) as Manifest;
const measured = (value: number, half: number) => ({ fid_lite: value, intervals: { fid_lite: [value - half, value + half] } });

describe('the shipped packs', () => {
  const worth = worthOf(pack, plain)!;

  it('dynamic patches need fewer steps and fewer operations than the plain transformer', () => {
    const [dynamic, fixed, whole] = worth.ways;
    expect(whole!.steps).toBe(256);
    expect(dynamic!.steps).toBeLessThan(0.7 * whole!.steps);
    expect(worth.share).toBeCloseTo(dynamic!.operations / whole!.operations);
    // Static patches of as many steps spare the entropy model.
    expect(fixed!.operations).toBeLessThan(dynamic!.operations);
    expect(worth.staticUnmeasured).toBe(true);
  });

  it('the verdict on quality is what the manifests say, whichever way', () => {
    const [low, high] = (pack.evaluation.intervals as Record<string, [number, number]>).fid_lite!;
    const other = (plain.evaluation.intervals as Record<string, [number, number]>).fid_lite!;
    expect(worth.quality).toBe(high < other[0] ? 'better' : low > other[1] ? 'worse' : 'alike');
    expect(worth.samples).toBe(5000);
  });
});

it.each([[1, 3, 'better'], [3, 1, 'worse'], [2, 2.1, 'alike']] as const)('FID-lite of %d against %d is %s', (own, other, quality) => {
  expect(worthOf(withEvaluation(pack, measured(own, 0.2)), withEvaluation(plain, measured(other, 0.2)))!.quality).toBe(quality);
});

it('another judge, another number of samples or no intervals: nothing is claimed', () => {
  expect(worthOf(pack, withEvaluation(plain, { features: 'another judge' }))!.quality).toBe('unknown');
  expect(worthOf(pack, withEvaluation(plain, { n: 500 }))!.quality).toBe('unknown');
  expect(worthOf(pack, withEvaluation(plain, { intervals: {} }))!.quality).toBe('unknown');
});

it('without a plain pack only its own figures stand, and a plain pack has no patches to judge', () => {
  expect(worthOf(pack, null)!.ways.map(({ way }) => way)).toEqual(['dynamic', 'static']);
  expect(worthOf(plain, null)).toBeNull();
});
