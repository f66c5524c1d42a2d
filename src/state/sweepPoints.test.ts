import { expect, it } from 'vitest';
import { picturesOf, pointAt, sweepPoints } from './sweepPoints.ts';

const dynamic = [
  { entropy_threshold: 5.8, p_avg: 2, steps_mean: 130, token_nats: 4.8 }, { entropy_threshold: 6.2, p_avg: 3, steps_mean: 90, token_nats: 4.9 },
  { entropy_threshold: 6, p_avg: 2.5, steps_mean: 110, token_nats: 4.84 },
];
const fixed = [{ static_length: 2, p_avg: 2, steps_mean: 128, token_nats: 5 }];
const fid = (value: number) => ({ fid_lite: value, fid_lite_interval: [value - 0.1, value + 0.1] });

it('is of nats where not every point has FID-lite; points go by steps, static ones where there are any', () => {
  expect(sweepPoints({ dynamic })).toMatchObject({ measure: 'token_nats', static: [], dynamic: [{ steps: 90, quality: 4.9, interval: null }, { steps: 110 }, { steps: 130, setting: 5.8 }] });
  expect(sweepPoints({ dynamic: dynamic.map((point) => ({ ...point, ...fid(3) })), static: fixed }).measure).toBe('token_nats');
  expect(sweepPoints({ dynamic: dynamic.map((point) => ({ ...point, ...fid(3) })), static: fixed.map((point) => ({ ...point, ...fid(9) })) }))
    .toMatchObject({ measure: 'fid_lite', samples: null, static: [{ setting: 2, quality: 9, interval: [8.9, 9.1] }], dynamic: [{ quality: 3 }, {}, {}] });
});

it('finds E_th between its points, and nothing outside of what was measured', () => {
  const points = sweepPoints({ dynamic }).dynamic;
  expect(pointAt(points, 6)).toMatchObject({ steps: 110, quality: 4.84 });
  expect(pointAt(points, 5.9)!.steps).toBeCloseTo(120);
  expect([pointAt(points, 6)!.measured, pointAt(points, 5.9)!.measured], 'measured, interpolated').toEqual([points[1], null]);
  expect(pointAt(points, 6.1)!.quality).toBeCloseTo(4.87);
  expect([pointAt(points, 5.7), pointAt(points, 6.3)]).toEqual([null, null]);
});

it('says how many pictures the steps are a mean of', () => {
  const of = (evaluation: object) => picturesOf({ evaluation: { held_out: 5000, steps_mean: 134, ...evaluation }, defaults: { entropyThreshold: 5.8 } } as unknown as Parameters<typeof picturesOf>[0]);
  const some = dynamic.map((point) => ({ ...point, held_out: 313 }));
  expect(of({ sweep: { dynamic: some } }), 'another mean, so other pictures').toBe(313);
  expect(of({ sweep: { dynamic: some }, steps_mean: 130 }), 'the mean of all').toBe(5000);
  expect(of({ sweep: { dynamic } })).toBe(5000);
  expect(of({ sweep: { dynamic }, held_out: undefined })).toBeNull();
});
