import { expect, it } from 'vitest';
import type { TokenEvent } from '../../../engine/log.ts';
import { tinyManifest } from '../../../engine/testing/manifest.ts';
import { figuresAt } from '../../../engine/view.ts';
import { fixed } from '../../lib/format.ts';
import { elsewhere, speedOf, tableOf, timeOf, type Side } from './table.ts';

const events = (every: number): TokenEvent[] => Array.from({ length: 16 }, (_, t) => ({
  t, token: t % every, entropy: t ? 1 : null, opens: t % every === 0 ? ['entropy'] : [], source: 'sampled', patch: 0, logprob: null, classLogprob: null, alternatives: [], times: { decoder: 2 },
}));
const side = (every: number, run: Partial<Side['run']> = {}): Side => ({
  events: events(every), figures: figuresAt(events(every), 16, tinyManifest(), tinyManifest().defaults), run: { origin: 'recorded', wallMs: null, count: 16, together: 1, takenUpOn: [], window: 16, ...run }, backend: 'WASM',
});
const cell = (rows: ReturnType<typeof tableOf>, key: string) => rows.find((row) => row.key === key)!;

it('puts two runs side by side, the second as a multiple of the first', () => {
  const rows = tableOf(side(4), side(2, { origin: 'generated', wallMs: 64 }), 16);
  expect(cell(rows, 'patches')).toMatchObject({ a: '4', b: '8', change: '× 2.00' });
  expect(cell(rows, 'p-avg')).toMatchObject({ a: '4.00', b: '2.00', change: '× 0.50' });
  expect(cell(rows, 'time')).toMatchObject({ a: '0.03\u00a0s', b: '0.06\u00a0s' });
  expect(cell(rows, 'speed')).toMatchObject({ a: '500.0', b: '250.0' });
  expect(cell(rows, 'place')).toMatchObject({ a: 'recorded, WASM', b: 'this device, WASM' });
  expect(cell(rows, 'equal').a).toContain('8 of 16');
  expect(cell(rows, 'parted')).toMatchObject({ a: 'token 3', cell: 2 });
  expect(cell(tableOf(side(4), side(4), 16), 'parted')).toMatchObject({ a: 'no token differs' });
  expect(cell(tableOf(side(4), side(2), 0), 'parted')).toMatchObject({ a: '–' });
  expect(cell(rows, 'boundaries').a).toContain('4 of 8');
});

it('gives a ratio of times only for two runs of this device and backend; the others are to be made again', () => {
  const here = side(2, { origin: 'generated', wallMs: 64 });
  const ratios = (a: Side, b: Side) => ['time', 'speed'].map((key) => cell(tableOf(a, b, 16), key).change);
  expect(ratios(side(4, { origin: 'generated', wallMs: 32 }), here)).toEqual(['× 2.00', '× 0.50']);
  expect(ratios(side(4), here)).toEqual(['', '']);
  expect(ratios(side(4, { origin: 'opened' }), here)).toEqual(['', '']);
  expect(ratios({ ...here, backend: 'WebGPU' }, here)).toEqual(['', '']);
  const picture = side(4, { origin: 'given' });
  expect([ratios(picture, here), elsewhere(picture, here)]).toEqual([['× 2.00', '× 0.50'], []]);
  expect(cell(tableOf(picture, here, 16), 'place')).toMatchObject({ a: 'this device, WASM', b: 'this device, WASM' });
  expect([elsewhere(side(4), here), elsewhere(side(4), side(2)), elsewhere({ ...here, backend: 'WebGPU' }, here), elsewhere(here, here)]).toEqual([['a'], ['a', 'b'], ['b'], []]);
});

it('a time of several images at once, or of a run that was taken up, does not compare: that side is to be made again', () => {
  const alone = side(2, { origin: 'generated', wallMs: 64 });
  for (const [run, place] of [[{ together: 9 }, 'this device, WASM, 9 at once'], [{ takenUpOn: ['wasm'], wallMs: null }, 'this device, interrupted']] as const) {
    const other = side(4, { origin: 'generated', wallMs: 640, ...run });
    const rows = tableOf(other, alone, 16);
    expect(['time', 'speed'].map((key) => cell(rows, key).change)).toEqual(['', '']);
    expect(cell(rows, 'place').a).toBe(place);
    expect(elsewhere(other, alone)).toEqual(['a']);
  }
});

it('shows of a what-if nothing that was measured of the run as decoded, and offers no run for its time', () => {
  const here = side(2, { origin: 'generated', wallMs: 64 });
  const passes = { ...here, figures: { ...here.figures, passes: 9 } };
  const rows = tableOf({ ...passes, whatIf: true }, passes, 16);
  for (const [key, b] of [['passes', '9'], ['time', '0.06\u00a0s'], ['speed', '250.0'], ['place', 'this device, WASM']] as const) expect(cell(rows, key)).toMatchObject({ a: '–', b, change: '' });
  expect(cell(rows, 'patches'), 'patches are those of the rules').toMatchObject({ a: '8', b: '8', change: '× 1.00' });
  expect(elsewhere({ ...side(4), whatIf: true }, here)).toEqual([]);
});

it('says by which window passes are counted, where the two differ, and where that is unknown', () => {
  const of = (passes: number | null, window: number | null): Side => {
    const plain = side(4, { window });
    return { ...plain, figures: { ...plain.figures, passes } };
  };
  const told = (a: Side, b: Side | null) => ['passes', 'window'].map((key) => {
    const { a: one, b: other, change } = cell(tableOf(a, b, 16), key);
    return [one, other, change];
  });
  expect(told(of(8, 16), of(12, 16))).toEqual([['8', '12', '× 1.50'], ['16', '16', '']]);
  expect(told(of(8, 16), of(16, 1))).toEqual([['8', '16', '× 2.00'], ['16', '1', 'differs']]);
  expect(told(of(8, 16), of(12, null))).toEqual([['8', '12', ''], ['16', 'not known', '']]);
  expect(tableOf(of(8, null), of(12, null), 16).map(({ key }) => key)).not.toContain('window');
  expect(cell(tableOf(of(8, null), of(12, null), 16), 'passes')).toMatchObject({ a: '8', b: '12', change: '' });
  expect(told(of(8, 16), of(null, null)), 'no pass decoded B').toEqual([['8', '–', ''], ['16', '–', '']]);
  expect(told(of(8, 16), { ...of(8, 1), whatIf: true })).toEqual([['8', '–', ''], ['16', '–', '']]);
  expect(told(of(8, 16), null)).toEqual([['8', '–', ''], ['16', '–', '']]);
});

it('names given tokens, and counts passes and speed of the others alone', () => {
  const made = events(4).map((event) => ({ ...event, source: event.t < 8 ? 'given' as const : 'sampled' as const, pass: event.t + 1, times: { decoder: event.t < 8 ? 1 : 3 } }));
  const continued: Side = { ...side(4, { origin: 'generated', wallMs: 64 }), events: made, figures: figuresAt(made, 16, tinyManifest(), tinyManifest().defaults) };
  const rows = tableOf(continued, side(4), 16);
  expect(['tokens', 'passes', 'speed'].map((key) => cell(rows, key).a)).toEqual(['16, 8 given', '8', fixed(8000 / 48, 1)]);
  expect(cell(rows, 'time').a, 'the whole run').toBe('0.06\u00a0s');
  expect(speedOf({ ...continued, run: { ...continued.run, origin: 'opened' } }), 'by its stages').toBeCloseTo(8000 / 24);
  expect(cell(rows, 'tokens').b).toBe('16');
});

it('shows no patches of a plain transformer, which has a step for each token', () => {
  const rows = tableOf(side(4), { ...side(1), gpt: true }, 16);
  expect(cell(rows, 'patches')).toMatchObject({ a: '4', b: '–', change: '' });
  expect(cell(rows, 'p-avg')).toMatchObject({ a: '4.00', b: '–', change: '' });
  expect(cell(rows, 'steps')).toMatchObject({ name: 'Transformer steps', a: '4', b: '16', change: '× 4.00' });
  expect(rows.some(({ key }) => key === 'boundaries')).toBe(false);
});

it('says nothing about a side that has no run', () => {
  const rows = tableOf(side(4), null, 16);
  expect(cell(rows, 'steps')).toMatchObject({ a: '4', b: '–', change: '' });
  expect(rows.some(({ key }) => key === 'equal')).toBe(false);
});

it('takes the clock only for whole runs made here', () => {
  expect(timeOf(side(4, { origin: 'generated', wallMs: 99 }))).toBe(99);
  expect(timeOf(side(4, { origin: 'generated', wallMs: 99, count: 20 }))).toBe(32);
  expect(timeOf(side(4, { origin: 'opened', wallMs: null }))).toBe(32);
});
