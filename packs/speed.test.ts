import { expect, test } from 'vitest';
import { Speed } from './speed.ts';

test('the estimate follows the last seconds only', () => {
  let now = 0;
  const speed = new Speed(() => now);
  expect(speed.secondsFor(1000)).toBeNull();
  for (; now <= 4000; now += 200) speed.add(200); // 1000 bytes a second
  expect(speed.secondsFor(10_000)).toBeCloseTo(10, 0);
  now += 20_000; // a pause
  expect(speed.secondsFor(10_000)).toBeNull();
  const slow = now;
  for (; now <= slow + 16_000; now += 200) speed.add(20);
  expect(speed.secondsFor(1000)).toBeCloseTo(10, 0);
});

test('the first second and a half gives no estimate', () => {
  let now = 0;
  const speed = new Speed(() => now);
  speed.add(5000);
  now = 1000;
  speed.add(5000);
  expect(speed.secondsFor(1000)).toBeNull();
});
