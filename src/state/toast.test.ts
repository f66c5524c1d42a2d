import { expect, test, vi } from 'vitest';
import { createToast } from './toast.ts';
import { say } from '../../engine/phrase.ts';

test('the last thing done is shown, and taken back once', () => {
  const toast = createToast();
  const [first, second] = [vi.fn(), vi.fn()];
  toast.say(say`Deleted one.`, first);
  toast.say(say`Deleted two.`, second);
  expect(toast.getState().toast).toMatchObject({ id: 2, text: say`Deleted two.` });
  toast.undo();
  toast.undo();
  expect([first.mock.calls.length, second.mock.calls.length, toast.getState().toast]).toEqual([0, 1, null]);
});

test('what is closed stays done', () => {
  const toast = createToast();
  const undo = vi.fn();
  toast.say(say`Deleted.`, undo);
  toast.close();
  toast.undo();
  expect(undo).not.toHaveBeenCalled();
});
