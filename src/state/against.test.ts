/** Guidance against another class, on its way through links, settings and comparisons. */
import { expect, test } from 'vitest';
import { english } from '../../engine/phrase.ts';
import type { RunHeader } from '../../engine/log.ts';
import { tinyManifest } from '../../engine/testing/manifest.ts';
import { linkOfRun, readAddress, writeAddress } from './address.ts';
import { requestClass } from './compare/requests.ts';
import { checkFits } from './fits.ts';
import { createSettings } from './settings.ts';

const manifest = tinyManifest();
const header: RunHeader = {
  pack: { name: 'tiny', hash: '' }, variant: 'fp32', backend: 'wasm', class: 0, className: 'Forest', seed: 7, settings: { ...manifest.defaults, against: 2 }, grid: manifest.grid,
};
const made = () => {
  const settings = createSettings();
  settings.init(manifest);
  return settings;
};

test('a link names the class by its id; what it cannot name is left out, and that is reported', () => {
  expect(writeAddress('tiny', manifest, header)).toBe('#pack=tiny&class=Forest&seed=7&against=River');
  expect(linkOfRun('tiny', manifest, header)).toEqual({ pack: 'tiny', class: 'Forest', seed: 7, against: 'River', settings: {} });
  expect(readAddress('#class=Forest&against=river').resolve(manifest)).toMatchObject({ values: { against: 2 }, problems: [] });
  for (const [hash, words] of [['#class=Forest&against=Desert', 'no class "Desert"'], ['#class=Forest&against=0', 'Forest is the class of the image itself'], ['#against=SeaLake', 'SeaLake is the class of the image itself']] as const) {
    const { values, problems } = readAddress(hash).resolve(manifest, 1);
    expect(values).toEqual(manifest.defaults);
    expect(problems.map(({ message }) => english(message))).toEqual([expect.stringContaining(words)]);
  }
});

test('a link with several bad parts gives one message that names all of them, each advice once', () => {
  const { problems, values } = readAddress('#class=Moon&seed=x&eth=abc&against=Mars&pmax=9&rr=0&lg=0').resolve(manifest);
  expect(problems).toHaveLength(1);
  const [{ code, message, detail }] = problems as [(typeof problems)[0]];
  expect(code).toBe('bad-address');
  expect(english(message).match(/In the address/g)).toHaveLength(1);
  for (const part of ['Moon', 'got "x"', 'E_th', 'Mars', 'patches of 16 tokens']) expect(english(message)).toContain(part);
  expect(english(detail!).match(/Choose it on this page/g)).toHaveLength(1);
  expect(english(detail!)).toContain('Pick a class');
  expect(values).toEqual(manifest.defaults);
});

test('a class is not held against itself: the one that is chosen for the image wins', () => {
  const settings = made();
  settings.setClass(1);
  settings.set('against', 2);
  expect(settings.requests(1, [])[0]!.settings.against).toBe(2);
  settings.setClass(2);
  expect(settings.getState().values).toEqual(manifest.defaults);
  settings.set('against', 2);
  expect(settings.getState().values).toEqual(manifest.defaults);
  settings.adopt({ class: 1, seed: 1, settings: header.settings });
  expect(settings.getState()).toMatchObject({ class: 1, values: { against: 2 } });
  settings.reset('against');
  expect(settings.getState().values).toEqual(manifest.defaults);
});

test('a comparison with that very class is guided as by default', () => {
  expect(requestClass(1, header).settings.against).toBe(2);
  expect(requestClass(2, header).settings).toEqual(manifest.defaults);
});

test('a run that is guided against a class that this pack has not does not fit', () => {
  const run = { format: 'dpar-run' as const, formatVersion: 1 as const, events: [], digest: '', complete: false };
  expect(() => checkFits({ ...run, header }, manifest)).not.toThrow();
  expect(() => checkFits({ ...run, header: { ...header, settings: { ...header.settings, against: 3 } } }, manifest)).toThrow('it is guided against class 3, the pack has 3 classes');
});
