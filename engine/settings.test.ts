import { expect, test } from 'vitest';
import { StudioError } from './errors.ts';
import { checkSettings, resolveClass } from './pack-settings.ts';
import { parseSeed, parseSetting, withSetting } from './setting-text.ts';
import { findSetting, formatSetting, longestAllowedPatch, Settings, settingsTable } from './settings.ts';
import { tinyManifest } from './testing/manifest.ts';

const { defaults } = tinyManifest();

test('the table covers every setting once, within the schema', () => {
  expect(settingsTable.map((p) => p.key).sort()).toEqual(Object.keys(Settings.shape).sort());
  expect(new Set(settingsTable.map((p) => p.short)).size).toBe(settingsTable.length);
  for (const p of settingsTable.filter((q) => q.kind !== 'switch')) {
    for (const [value, good] of [[p.min, true], [p.max, true], [p.min - 1, false], [p.max + 1, false]] as const) {
      expect(Settings.safeParse({ ...defaults, [p.key]: value }).success, `${p.key} = ${value}`).toBe(good);
    }
  }
});

test('texts that are not values say what is wanted', () => {
  expect(() => parseSetting('entropyThreshold', 'abc')).toThrow('E_th must be a number in nats, got "abc".');
  expect(() => parseSetting('topK', '1.000'), 'a thousand, with the sign that some write').toThrow('Top-k must be a whole number of tokens, got "1.000".');
  expect(() => parseSetting('maxPatchLength', '2.5')).toThrow('P_max must be a whole number of tokens, got "2.5".');
  expect(() => parseSetting('guidance', '21')).toThrow('Guidance must be between 0 and 20, got "21".');
  expect(() => parseSetting('entropyThreshold', '-1')).toThrow('E_th must be between 0 and 20 nats, got "-1".');
  expect(() => parseSetting('rowReset', 'maybe')).toThrow('Row reset must be on or off, got "maybe".');
  expect(() => parseSetting('guidance', '')).toThrow(/must be a number, got ""/);
  expect(() => parseSetting('guidance', '0x10')).toThrow(StudioError);
  expect(() => findSetting('colour')).toThrow(/no setting "colour". Use one of guidance, temperature/);
});

test('values round-trip through text', () => {
  for (const { key, kind } of settingsTable) expect(parseSetting(key, formatSetting(defaults[key], kind))).toBe(defaults[key]);
  expect(formatSetting(undefined, 'class')).toBe('none');
  expect(withSetting(defaults, 'ETH', '2e0').entropyThreshold).toBe(2);
  expect(withSetting(defaults, 'rowreset', 'off').rowReset).toBe(false);
  expect(withSetting(defaults, 'staticLength', '1.5').staticLength).toBe(1.5);
});

test('seeds are uint32', () => {
  expect([parseSeed('0'), parseSeed(' 4294967295 ')]).toEqual([0, 4294967295]);
  for (const text of ['', '-1', '1.5', '4294967296', 'x', '99999999999', '1e3']) expect(() => parseSeed(text), text).toThrow(/whole number from 0 to 4294967295/);
});

test('classes by id, label or index', () => {
  const m = tinyManifest();
  expect(['SeaLake', 'sealake', 'sea or LAKE', '1'].map((text) => resolveClass(m, text))).toEqual([1, 1, 1, 1]);
  expect(() => resolveClass(m, 'Desert')).toThrow('The pack tiny has no class "Desert". Use one of Forest, Sea or lake, River.');
  expect(resolveClass(m, '3')).toBe(3);
  expect(() => resolveClass(m, '4')).toThrow(StudioError);
});

test('settings that lead to patches beyond the window are refused', () => {
  const m = tinyManifest();
  const off = { entropyGate: false, lengthGate: false, rowReset: false };
  checkSettings(m, defaults);
  checkSettings(m, { ...defaults, lengthGate: false });
  checkSettings(m, { ...defaults, ...off, staticLength: 3.5 });
  expect(longestAllowedPatch({ ...defaults, lengthGate: false, rowReset: false }, 4, 16)).toBe(16);
  expect(() => checkSettings(m, { ...defaults, lengthGate: false, rowReset: false })).toThrow(/patches of 16 tokens; this pack generates with patches of at most 4/);
  expect(() => checkSettings(m, { ...defaults, ...off, staticLength: 4.5 })).toThrow(/patches of 5 tokens/);
  expect(() => checkSettings(m, { ...defaults, ...off })).toThrow(/static patch length must be set/);
  expect(() => checkSettings(m, { ...defaults, topP: NaN })).toThrow(/^Top-p: /);
  checkSettings(m, { ...defaults, maxPatchLength: 9 });
});

test('a window is a whole number up to 64, or what is fastest', () => {
  expect(['16', ' 1 ', 'auto ', 'AUTO', '64'].map((text) => parseSetting('window', text))).toEqual([16, 1, undefined, undefined, 64]);
  for (const [text, words] of [['0', 'between 1 and 64 tokens'], ['65', 'between 1 and 64 tokens'], ['2.5', 'a whole number of tokens or auto'], ['fast', 'a whole number of tokens or auto']]) {
    expect(() => parseSetting('window', text!)).toThrow(`Tokens per pass must be ${words}, got "${text}"`);
  }
  const { defaults } = tinyManifest();
  expect(withSetting(withSetting(defaults, 'window', '8'), 'window', 'auto').window).toBeUndefined();
});
