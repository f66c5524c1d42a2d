import { expect, it, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { until } from './until.ts';

const count = () => createStore(() => ({ n: 0 }));

it('resolves at once where it holds already, listening to nothing', async () => {
  const store = count();
  const subscribe = vi.spyOn(store, 'subscribe');
  await until(() => true, store);
  expect(subscribe).not.toHaveBeenCalled();
});

it('resolves with the change of any store after which it holds, and looks no more', async () => {
  const [one, other] = [count(), count()];
  const holds = vi.fn(() => one.getState().n + other.getState().n === 2);
  const done = vi.fn();
  const waiting = until(holds, one, other).then(done);
  one.setState({ n: 1 });
  await Promise.resolve();
  expect(done).not.toHaveBeenCalled();
  other.setState({ n: 1 });
  await waiting;
  holds.mockClear();
  one.setState({ n: 5 });
  expect(holds).not.toHaveBeenCalled();
});
