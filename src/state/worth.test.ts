import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TokenEvent } from '../../engine/log.ts';
import { parseManifest, type Manifest } from '../../engine/manifest.ts';
import { staticPatches } from '../../engine/settings.ts';
import { figuresAt } from '../../engine/view.ts';
import { repatch, rulesOf } from '../../engine/whatif.ts';
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
    // Static patches of as many steps need no entropy model.
    expect(fixed!.operations).toBeLessThan(dynamic!.operations);
    expect(worth.static).toEqual({ quality: 'unknown', samples: null, as: null });
  });

  it('count static patches as the figures of a run do', () => {
    const settings = { ...pack.defaults, ...staticPatches(2) };
    const events = repatch(Array.from({ length: 256 }, (_, t) => ({ t, entropy: t > 0 ? 4 : null, times: {} }) as TokenEvent), rulesOf(settings), 16);
    const { patches, cost } = figuresAt(events, 256, pack, settings);
    const [, fixed] = worthOf(withEvaluation(pack, { steps_mean: patches }), plain)!.ways;
    expect(fixed).toMatchObject({ steps: 128, operations: cost.total + cost.entropy });
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

describe('a model trained on static patches of the same mean length', () => {
  const length = pack.evaluation.p_avg as number;
  const [own, count] = [pack.evaluation.fid_lite as number, pack.evaluation.n as number];
  const row = (fid: number, more: object = {}) => ({
    static_length: length, p_avg: length, steps_mean: 110, token_nats: 5, n: count, fid_lite: fid, fid_lite_interval: [fid - 0.1, fid + 0.1], class_agreement: 0.9, ...more,
  });
  const withStatic = (...rows: object[]) => worthOf(withEvaluation(pack, { sweep: { ...pack.evaluation.sweep, static: rows } }), plain)!;

  it('has its own steps, operations and quality beside the dynamic ones', () => {
    const { ways: [dynamic, even], static: still } = withStatic(row(9, { p_avg: 1.5 * length }), row(own + 5));
    expect(even).toMatchObject({ steps: 110, fidLite: { value: own + 5 }, agreement: { value: 0.9 } });
    expect(even!.operations).toBeLessThan(dynamic!.operations);
    expect(still).toEqual({ quality: 'worse', samples: count, as: null });
  });

  it.each([[own + 5, 'worse'], [own, 'alike'], [Math.max(0, own - 2), 'better']] as const)('FID-lite of %d is %s', (fid, quality) => {
    expect(withStatic(row(fid)).static).toMatchObject({ quality });
  });

  it('of fewer samples than the pack is held against as few dynamic ones', () => {
    const even = row(own + 2, { n: 1000 });
    const swept = (threshold: number, n = 1000) => worthOf(withEvaluation(pack, { sweep: { dynamic: [{ ...row(own + 1, { n }), entropy_threshold: threshold }], static: [even] } }), plain)!.static;
    const threshold = pack.defaults.entropyThreshold;
    expect(swept(threshold)).toEqual({ quality: 'worse', samples: 1000, as: { value: own + 1, interval: [own + 0.9, own + 1.1] } });
    expect(swept(threshold + 1)).toMatchObject({ quality: 'unknown', as: null });
    expect(swept(threshold, 500)).toMatchObject({ quality: 'unknown', as: null });
  });

  it('of another length or number of samples nothing is claimed', () => {
    expect(withStatic(row(own + 5, { p_avg: 1.5 * length })).static).toMatchObject({ quality: 'unknown' });
    expect(withStatic(row(own + 5, { n: 100 })).static).toMatchObject({ quality: 'unknown' });
  });
});
