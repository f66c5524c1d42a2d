import { afterEach, expect, test } from 'vitest';
import { tinyManifest } from '../../engine/testing/manifest.ts';
import { german } from '../text/german.ts';
import { speak } from '../text/t.ts';
import { changedSettings } from './changedSettings.ts';

afterEach(() => speak(null));

test('what was set is called as its field on the page, in every language', () => {
  const manifest = tinyManifest();
  const settings = { ...manifest.defaults, guidance: 2.5, entropyThreshold: 4.2, maxPatchLength: 2, rowReset: false, window: 1, against: 2 };
  expect(changedSettings({ settings }, manifest)).toBe('Guidance 2.5, E_th 4.20, P_max 2, Row reset off, Tokens per pass 1, Less like River');
  speak(german);
  expect(changedSettings({ settings }, manifest)).toBe('Lenkung 2,5, E_th 4,20, P_max 2, Zeilenbeginn aus, Tokens je Durchgang 1, Weniger wie Fluss');
  expect(changedSettings({ settings: manifest.defaults }, manifest)).toBe('');
  expect(changedSettings({ settings }, manifest, ['guidance', 'window', 'against', 'rowReset']), 'but for what is told otherwise').toBe('E_th 4,20, P_max 2');
});
