import { describe, expect, it } from 'vitest';
import type { RunHeader, TokenEvent } from '../../../engine/log.ts';
import { tinyManifest } from '../../../engine/testing/manifest.ts';
import { refusal } from '../inspect/underRules.ts';
import { sheetThresholds, requestAgainst, requestClass, requestLess, requestThresholds } from './requests.ts';

const manifest = tinyManifest();
const header: RunHeader = {
  pack: { name: manifest.name, hash: '' }, variant: 'fp32', backend: 'wasm', class: 0, className: 'x', seed: 7, settings: { ...manifest.defaults, guidance: 3 }, grid: manifest.grid,
};
const events = Array.from({ length: 12 }, (_, t): TokenEvent => ({
  t, token: t, entropy: t ? t / 4 : null, opens: t % 3 === 0 ? ['entropy'] : [], source: 'sampled', patch: Math.floor(t / 3), logprob: null, classLogprob: null, alternatives: [], times: {},
}));

describe('what a run is held against', () => {
  it('keeps class, seed and sampling, and gives static patches the mean length of the run', () => {
    const request = requestAgainst('static', header, events, manifest)!;
    expect(request).toMatchObject({ class: 0, seed: 7 });
    expect(request.settings).toMatchObject({ guidance: 3, entropyGate: false, lengthGate: false, rowReset: false, staticLength: 3 });
    expect(requestAgainst('token', header, events, manifest)!.settings).toMatchObject({ maxPatchLength: 1, lengthGate: true });
  });

  it('has nothing to make where the run is that already', () => {
    expect(requestAgainst('dynamic', header, events, manifest)).toBeNull();
    const token = { ...header, settings: { ...header.settings, maxPatchLength: 1 } };
    expect(requestAgainst('token', token, events, manifest)).toBeNull();
    expect(requestAgainst('dynamic', token, events, manifest)!.settings.maxPatchLength).toBe(manifest.defaults.maxPatchLength);
  });

  it('can be guided away from a class, where guidance makes two predictions', () => {
    expect(requestLess(1, header)!.settings).toEqual({ ...header.settings, against: 1 });
    expect(requestLess(0, header)).toBeNull();
    expect(requestLess(1, { ...header, settings: { ...header.settings, against: 1 } })).toBeNull();
    expect(requestLess(1, { ...header, settings: { ...header.settings, guidance: 1 } })).toBeNull();
  });

  it('can be made one token a pass where passes settled several', () => {
    expect(requestAgainst('pass', header, events, manifest)).toBeNull();
    const passes = (of: (t: number) => number) => events.map((event) => ({ ...event, pass: of(event.t) }));
    expect(requestAgainst('pass', header, passes((t) => t + 1), manifest)).toBeNull();
    expect(requestAgainst('pass', header, passes((t) => 1 + Math.floor(t / 2)), manifest)).toEqual({ class: 0, seed: 7, settings: { ...header.settings, window: 1 } });
  });

  it('carries given tokens along, and only the class changes for another class', () => {
    expect(requestClass(1, { ...header, given: [1, 2] })).toEqual({ class: 1, seed: 7, settings: header.settings, given: [1, 2] });
  });
});

describe('thresholds of a strip', () => {
  const curve = [1, 2, 3, 4].map((n) => ({ entropyThreshold: n, pAvg: n * n, stepsMean: 1 }));

  it('are even in P_avg by the curve, the run\'s own among them, in order, each one usable', () => {
    const list = sheetThresholds(curve, [], 2.52);
    expect(list).toContain(2.52);
    expect(list).toEqual([...list].sort((a, b) => a - b));
    expect(list.length).toBeGreaterThanOrEqual(5);
    expect(list[0]!).toBeGreaterThanOrEqual(1);
    expect(list.at(-1)!).toBeLessThanOrEqual(4);
    for (const request of requestThresholds(list, header, manifest)) expect(refusal(manifest, request.settings)).toBeNull();
  });

  it('change E_th alone and turn its gate on; where it would decide nothing, the patches become the pack\'s dynamic ones', () => {
    const settingsOf = (changes: Partial<RunHeader['settings']>) => requestThresholds([2], { ...header, settings: { ...header.settings, ...changes } }, manifest)[0]!.settings;
    const freely = { rowReset: false, maxPatchLength: 2, temperature: 0.8 };
    expect(settingsOf(freely)).toEqual({ ...header.settings, ...freely, entropyThreshold: 2 });
    expect(settingsOf({ lengthGate: false, entropyGate: false })).toEqual({ ...header.settings, lengthGate: false, entropyThreshold: 2 });
    const dynamic = { ...header.settings, temperature: 0.8, entropyThreshold: 2 };
    expect(settingsOf({ temperature: 0.8, entropyGate: false, lengthGate: false, rowReset: false, staticLength: 3 })).toEqual(dynamic);
    expect(settingsOf({ temperature: 0.8, maxPatchLength: 1 })).toEqual(dynamic);
  });

  it('come from the entropies where there is no curve, and are the run\'s own alone where there is neither', () => {
    const list = sheetThresholds([], events.map(({ entropy }) => entropy), 1.1);
    expect(list).toContain(1.1);
    expect(list.every((value) => value >= 0 && value <= 3)).toBe(true);
    expect(sheetThresholds([], [null, null], 1.1)).toEqual([1.1]);
  });
});
