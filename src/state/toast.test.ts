import { expect, test, vi } from 'vitest';
import { createToast } from './toast.ts';

test('the last thing done is said, and taken back once', () => {
  const toast = createToast();
  const [first, second] = [vi.fn(), vi.fn()];
  toast.say('Deleted one.', first);
  toast.say('Deleted two.', second);
  expect(toast.getState().toast).toMatchObject({ id: 2, text: 'Deleted two.' });
  toast.undo();
  toast.undo();
  expect([first.mock.calls.length, second.mock.calls.length, toast.getState().toast]).toEqual([0, 1, null]);
});

test('what is closed stays done', () => {
  const toast = createToast();
  const undo = vi.fn();
  toast.say('Deleted.', undo);
  toast.close();
  toast.undo();
  expect(undo).not.toHaveBeenCalled();
});
