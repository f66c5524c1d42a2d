import { describe, expect, it } from 'vitest';
import { staticPatches, type Settings } from '../../engine/settings.ts';
import { createSettings } from './settings.ts';
import { english } from '../../engine/phrase.ts';

const defaults: Settings = {
  guidance: 2, temperature: 1, topK: 0, topP: 1, entropyThreshold: 5.2, maxPatchLength: 4,
  entropyGate: true, lengthGate: true, rowReset: true, staticLength: null,
};
const manifest = { kind: 'dpar', defaults, grid: { width: 16, tokens: 256 }, model: { window: 16 } } as Parameters<ReturnType<typeof createSettings>['init']>[0];

const made = () => {
  const settings = createSettings(() => 42);
  settings.init(manifest);
  return settings;
};

describe('settings', () => {
  it('start at the defaults of the pack and go back to them one by one', () => {
    const settings = made();
    settings.set('guidance', 3);
    settings.set('temperature', 0.5);
    settings.reset('guidance');
    expect(settings.getState().values).toEqual({ ...defaults, temperature: 0.5 });
  });

  it('go back all at once, with what was typed and cannot be used, the seed too', () => {
    const settings = made();
    settings.set('guidance', 3);
    settings.setText('maxPatchLength', 'abc');
    settings.setSeed('7');
    settings.setSeed('x');
    settings.resetAll();
    expect(settings.getState()).toMatchObject({ values: defaults, errors: {}, seedText: '7' });
  });

  it('refuse an unreadable value, keep the last one and say why', () => {
    const settings = made();
    settings.setText('entropyThreshold', 'abc');
    expect(settings.getState().values?.entropyThreshold).toBe(5.2);
    expect(english(settings.firstError()!.message)).toContain('E_th must be a number in nats, got "abc"');
    settings.setText('entropyThreshold', '4.5');
    expect(settings.getState().values?.entropyThreshold).toBe(4.5);
    expect(settings.firstError()).toBeNull();
  });

  it.each(['', 'none', 'abc'])('refuse the static length "%s" at its field and keep the last', (text) => {
    const settings = made();
    settings.setAll({ ...defaults, ...staticPatches(2.5) });
    settings.setText('staticLength', text);
    const { values, errors } = settings.getState();
    expect(values?.staticLength).toBe(2.5);
    expect(Object.keys(errors)).toEqual(['staticLength']);
    expect(english(errors.staticLength!.message)).toMatch(/must be a number of tokens, got/);
  });

  it('forget what cannot be used, one field at a time', () => {
    const settings = made();
    settings.setText('guidance', '99');
    settings.setSeed('seven');
    settings.undo('guidance');
    expect(settings.getState()).toMatchObject({ values: { guidance: defaults.guidance }, seedText: 'seven' });
    expect(Object.keys(settings.getState().errors)).toEqual(['seed']);
    settings.undo('seed');
    expect(settings.getState()).toMatchObject({ seedText: '7', errors: {} });
  });

  it('keep the seed that was typed before a pack is there, and say why one cannot be used', () => {
    const settings = createSettings();
    expect(settings.getState()).toMatchObject({ seedText: '7', seed: 7 });
    settings.setSeed('seven');
    settings.init(manifest);
    expect(settings.getState()).toMatchObject({ seedText: 'seven', seed: 7, errors: { seed: { code: 'bad-seed' } } });
    settings.setSeed('42');
    settings.init(manifest);
    expect(settings.getState()).toMatchObject({ seedText: '42', seed: 42, errors: {} });
  });

  it('name a combination the pack cannot generate with', () => {
    const settings = made();
    settings.set('maxPatchLength', 20);
    settings.set('rowReset', false);
    expect(english(settings.firstError()!.message)).toContain('at most 16');
    settings.reset('maxPatchLength');
    expect(settings.firstError()).toBeNull();
  });

  it.each(['', '-1', '1.5', 'seven', '4294967296'])('refuse the seed "%s" and keep the last', (text) => {
    const settings = made();
    settings.setSeed('12');
    settings.setSeed(text);
    expect(settings.getState()).toMatchObject({ seed: 12, seedText: text });
    expect(settings.getState().errors.seed?.code).toBe('bad-seed');
  });

  it('roll a seed', () => {
    const settings = made();
    settings.rollSeed();
    expect(settings.getState()).toMatchObject({ seed: 42, seedText: '42', errors: {} });
  });
});
