import { expect, it, vi } from 'vitest';
import { createViews } from './views.ts';
import { createVisits, watchBrowser } from './visits.ts';

/** The browser's history: a list of entries, and where it is. */
function browser() {
  const list: { state: unknown; hash: string }[] = [{ state: null, hash: '' }];
  let at = 0;
  return {
    list,
    get state() { return list[at]!.state; },
    hash: () => list[at]!.hash,
    pushState(state: unknown, _: string, hash?: string | URL | null) { list.splice(++at, list.length, { state, hash: String(hash) }); },
    replaceState(state: unknown, _: string, hash?: string | URL | null) { list[at] = { state, hash: String(hash) }; },
    go(by: number) { at += by; return list[at]!.state; },
  };
}

it('every view opened is an entry of its own, the same view again is not', () => {
  const page = browser();
  const visits = createVisits(page);
  const views = createViews(page.hash, visits.replace, visits.visit);
  views.open('inspect');
  views.open('inspect');
  views.open('guide');
  views.setStep(3);
  expect(page.list.map(({ hash }) => hash)).toEqual(['#', '#view=inspect', '#view=guide&step=3']);
  expect(visits.arrive(page.go(-1))).toBe(true);
  expect(page.hash()).toBe('#view=inspect');
});

it('Back takes back the runs that were opened, the last one first, each once, and Forward opens the last of them again', () => {
  const page = browser();
  const visits = createVisits(page);
  const order: string[] = [];
  const opens = (seed: number) => ({ undo: () => order.push(`- ${seed}`), redo: () => order.push(`+ ${seed}`) });
  const happened = () => order.splice(0);
  visits.visit('#seed=1', '#seed=2', opens(2));
  visits.visit('#seed=2', '#seed=2&view=inspect');
  visits.visit('#seed=2&view=inspect', '#seed=3', opens(3));
  visits.arrive(page.go(-3));
  expect(happened()).toEqual(['- 3', '- 2']);
  visits.arrive(page.go(1));
  visits.arrive(page.go(1));
  expect(happened(), 'a view opens nothing').toEqual(['+ 2']);
  visits.arrive(page.go(-2));
  visits.arrive(page.go(3));
  expect(happened()).toEqual(['- 2', '+ 3']);
  visits.arrive(page.go(-1));
  visits.visit('#seed=2&view=inspect', '#seed=4', opens(4));
  visits.arrive(page.go(-1));
  expect(happened(), 'what was ahead is gone').toEqual(['- 3', '- 4']);
});

it('an address typed by a person is not an entry of the page', () => {
  const page = browser();
  const visits = createVisits(page);
  const undo = vi.fn();
  visits.visit('#seed=1', '#seed=2', { undo, redo: undo });
  expect(visits.arrive(null)).toBe(false);
  expect(undo).not.toHaveBeenCalled();
});

it('entries from before another address was opened are opened anew, not written over by what is in view now', () => {
  const page = browser();
  const visits = createVisits(page);
  const undo = vi.fn();
  visits.visit('#pack=characters', '#pack=characters&view=inspect', { undo, redo: undo });
  page.pushState(null, '', '#pack=eurosat'); // a link pasted into the address bar
  expect([visits.arrive(page.state), visits.own()]).toEqual([false, false]);
  visits.opened(page.hash());
  visits.visit('#pack=eurosat', '#pack=eurosat&view=compare');
  expect([visits.arrive(page.go(-1)), visits.own()]).toEqual([true, true]);
  expect([visits.arrive(page.go(-1)), visits.own(), page.hash()]).toEqual([false, false, '#pack=characters&view=inspect']);
  visits.opened(page.hash());
  expect([visits.arrive(page.go(1)), page.hash()]).toEqual([false, '#pack=eurosat']);
  expect(undo).not.toHaveBeenCalled();
});

it('after a reload the entries before are still known', () => {
  const page = browser();
  createVisits(page).visit('#seed=1', '#view=inspect');
  const after = createVisits(page);
  expect(after.arrive(page.go(-1))).toBe(true);
});

it('entries passed one right after the other are all the page\'s own, however late their changes of the address are reported', () => {
  const history = browser();
  const page = Object.assign(new EventTarget(), { history }) as unknown as Window;
  const arrive = vi.fn();
  const visits = watchBrowser(page, arrive);
  visits.visit('', '#view=inspect');
  visits.visit('#view=inspect', '#view=guide');
  history.go(-2);
  const forward = () => page.dispatchEvent(Object.assign(new Event('popstate'), { state: history.go(1) }));
  forward();
  forward();
  expect(arrive).toHaveBeenCalledTimes(2);
  expect([visits.own(), visits.own()], 'two reports').toEqual([true, true]);
  history.pushState(null, '', '#seed=9'); // what a browser does with a typed address
  expect(visits.own()).toBe(false);
});
