import { afterEach, expect, it } from 'vitest';
import { tinyManifest } from '../../../engine/testing/manifest.ts';
import { german } from '../../text/german.ts';
import { speak } from '../../text/t.ts';
import { hasFilters, sampledAs } from './sampledAs.ts';

const manifest = tinyManifest();
const plain = { ...manifest.defaults, guidance: 2, temperature: 1, topK: 0, topP: 1 };
afterEach(() => speak(null));

it('names guidance and all else that is on', () => {
  expect(sampledAs(plain, manifest)).toBe('s = 2');
  expect(sampledAs({ ...plain, temperature: 0.9 }, manifest)).toBe('s = 2, temperature 0.9');
  const all = { ...plain, guidance: 1.5, temperature: 0, topK: 50, topP: 0.95, against: 0 };
  expect(sampledAs(all, manifest)).toBe(`s = 1.5, less like ${manifest.classes[0]!.label}, temperature 0, top-k 50, top-p 0.95`);
  speak(german);
  expect(sampledAs({ ...all, against: undefined }, manifest)).toBe('s = 1,5, Temperatur 0, Top-k 50, Top-p 0,95');
});

it('tells guidance alone from a temperature and filters', () => {
  expect(hasFilters(plain)).toBe(false);
  for (const other of [{ temperature: 0.9 }, { topK: 5 }, { topP: 0.9 }]) expect(hasFilters({ ...plain, ...other })).toBe(true);
});
