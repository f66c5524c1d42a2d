import { expect, test } from 'vitest';
import { english, term, together } from '../../engine/phrase.ts';
import { tinyManifest } from '../../engine/testing/manifest.ts';
import { readAddress } from '../state/address.ts';
import { phrases } from '../text/de/phrases/index.ts';
import { inEmbed } from './words.ts';

test('an unknown class and settings that cannot be used are not sent to a control that an embedded view lacks', () => {
  for (const hash of ['#class=Moon', '#seed=x', '#class=Moon&seed=x&eth=abc']) {
    const [problem] = readAddress(hash).resolve(tinyManifest()).problems;
    expect(english(inEmbed(problem!.message)), 'what is wrong is said as on the page').toBe(english(problem!.message));
    expect(english(inEmbed(problem!.detail!))).toMatch(/Open it in DPAR Studio/);
    expect(english(inEmbed(problem!.detail!))).not.toMatch(/on this page/);
  }
});

/** Said of a file or of an address of a pack that was opened, which an embedded view does not do. */
const OPENED = ['Load it in the pack menu, then open the run again.', 'Download the pack and drop its folder or zip here. Whoever builds a site can allow other origins (docs/hosting.md).'];
const POINTING = /on this page(,| and)|under "|\bmenu\b|folder or zip here|^Choose its folder/;

test('every phrase that points to a control of the page says something else there', () => {
  const pointing = Object.keys(phrases).filter((text) => POINTING.test(text) && !OPENED.includes(text));
  expect(pointing.length).toBeGreaterThanOrEqual(7);
  for (const text of pointing) {
    const words = english(inEmbed(together([term(text), term('Further.')])));
    expect(words).toMatch(/Further\.$/);
    expect(words).not.toMatch(POINTING);
    expect(words).not.toMatch(/on this page/);
  }
});
