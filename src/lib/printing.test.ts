import { afterEach, expect, it, vi } from 'vitest';
import { onPrint } from './printing.ts';

afterEach(() => vi.unstubAllGlobals());

it('says when the page goes to paper and comes back, by either sign of it, until it is ended', () => {
  const page = new EventTarget();
  const paper = Object.assign(new EventTarget(), { matches: false });
  vi.stubGlobal('window', page);
  vi.stubGlobal('matchMedia', (query: string) => (query === 'print' ? paper : new EventTarget()));
  const said: boolean[] = [];
  const end = onPrint((printing) => said.push(printing));
  page.dispatchEvent(new Event('beforeprint'));
  page.dispatchEvent(new Event('afterprint'));
  for (const matches of [true, false]) {
    paper.matches = matches;
    paper.dispatchEvent(new Event('change'));
  }
  expect(said).toEqual([true, false, true, false]);
  end();
  page.dispatchEvent(new Event('beforeprint'));
  paper.dispatchEvent(new Event('change'));
  expect(said).toHaveLength(4);
});
