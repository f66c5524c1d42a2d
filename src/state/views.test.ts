import { expect, it } from 'vitest';
import { createViews, VIEWS, withView } from './views.ts';

it('keeps the view in the address and the rest of it as it was', () => {
  expect(withView('#class=River&seed=7&eth=4.5', 'inspect')).toBe('#class=River&seed=7&eth=4.5&view=inspect');
  expect(withView('#class=River&view=inspect&seed=7', 'generate')).toBe('#class=River&seed=7');
  expect(withView('', 'inspect')).toBe('#view=inspect');
});

it('opens known names, any other is the first view', () => {
  let hash = '#seed=1';
  const views = createViews(() => hash, (text) => { hash = text; });
  for (const { id } of VIEWS) {
    views.set(id);
    expect(views.getState().view).toBe(id);
  }
  views.set('<script>');
  expect([views.getState().view, views.extra()]).toEqual(['generate', {}]);
  views.open('inspect');
  expect([hash, views.extra()]).toEqual(['#seed=1&view=inspect', { view: 'inspect' }]);
});

it('a comparison keeps its sides in the address, also after another view', () => {
  let hash = '#seed=1';
  const views = createViews(() => hash, (text) => { hash = text; });
  views.open('compare');
  views.setSides({ b: { pack: 'other', class: 'River', seed: 7, settings: {} } });
  const named = hash;
  expect(named).toContain('b=');
  views.open('generate');
  expect(hash).toBe('#seed=1');
  expect(views.link('compare')).toBe(named);
  views.open('compare');
  expect(hash).toBe(named);
});

it('keeps the step of a view beside it, and drops it with the view', () => {
  let hash = '#seed=1&view=guide&step=3';
  const views = createViews(() => hash, (text) => { hash = text; });
  views.set('guide', 3);
  expect(views.extra()).toEqual({ view: 'guide', step: 3 });
  views.setStep(5);
  expect(hash).toBe('#seed=1&view=guide&step=5');
  views.setStep(1);
  expect([hash, views.extra()]).toEqual(['#seed=1&view=guide', { view: 'guide' }]);
  views.setStep(4);
  views.open('inspect');
  expect([hash, views.getState().step]).toEqual(['#seed=1&view=inspect', 1]);
});
