import { expect, test } from 'vitest';
import { SAMPLER } from './log.ts';
import { runHeader } from './run-header.ts';
import { tinyManifest } from './testing/manifest.ts';

const manifest = tinyManifest();
const maker = { manifest, hash: 'abc', variant: 'fp32', backend: 'cpu' as const };
const request = { class: 2, seed: 7, settings: manifest.defaults };

test('a header says what the run is made with, and by what', () => {
  expect(runHeader(maker, request)).toEqual({
    pack: { name: 'tiny', hash: 'abc' }, variant: 'fp32', backend: 'cpu', class: 2, className: 'River', seed: 7, settings: manifest.defaults, grid: manifest.grid, sampler: SAMPLER,
  });
  expect(runHeader(maker, { ...request, class: manifest.classes.length }).className).toBe('no class');
});

test('given tokens are named where there are some', () => {
  expect(runHeader(maker, { ...request, given: [3, 1] }).given).toEqual([3, 1]);
  expect(runHeader(maker, { ...request, given: [] })).not.toHaveProperty('given');
});

test('what is changed in the request afterwards does not change the header', () => {
  const [settings, given] = [{ ...manifest.defaults }, [3]];
  const header = runHeader(maker, { ...request, settings, given });
  settings.guidance = 9;
  given.push(4);
  expect(header).toMatchObject({ settings: manifest.defaults, given: [3] });
});
