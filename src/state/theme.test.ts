import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTheme } from './theme.ts';

let dark: { matches: boolean; listeners: (() => void)[] };
let kept: Map<string, string>;
const page = { documentElement: { dataset: {} as Record<string, string> } };

beforeEach(() => {
  dark = { matches: true, listeners: [] };
  kept = new Map();
  vi.stubGlobal('matchMedia', () => ({ get matches() { return dark.matches; }, addEventListener: (_: string, listener: () => void) => dark.listeners.push(listener) }));
  vi.stubGlobal('document', page);
  vi.stubGlobal('window', new EventTarget());
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key),
  });
});
afterEach(() => vi.unstubAllGlobals());

const system = (matches: boolean) => {
  dark.matches = matches;
  dark.listeners.forEach((notify) => notify());
};

test('the theme is the system\'s until one is chosen, and again when the choice is given back', () => {
  const theme = createTheme();
  expect([theme.getState().theme, page.documentElement.dataset.theme]).toEqual(['dark', 'dark']);
  system(false);
  expect(page.documentElement.dataset.theme).toBe('light');
  theme.choose('dark');
  system(true);
  system(false);
  expect(page.documentElement.dataset.theme, 'chosen').toBe('dark');
  theme.choose(null);
  expect(theme.getState()).toMatchObject({ theme: 'light', chosen: false });
});

test('theme and colours of the map are kept; what cannot be read is left at its default', () => {
  const theme = createTheme();
  theme.choose('light');
  theme.chooseMap('cividis');
  expect(createTheme().getState()).toEqual({ theme: 'light', chosen: true, printing: false, map: 'cividis' });
  for (const key of kept.keys()) kept.set(key, 'rainbow');
  expect(createTheme().getState()).toEqual({ theme: 'dark', chosen: false, printing: false, map: 'threshold' });
});

test('on paper it is light, and the theme comes back afterwards', () => {
  const theme = createTheme();
  theme.choose('dark');
  window.dispatchEvent(new Event('beforeprint'));
  expect([page.documentElement.dataset.theme, theme.getState().theme]).toEqual(['light', 'dark']);
  window.dispatchEvent(new Event('afterprint'));
  expect(page.documentElement.dataset.theme).toBe('dark');
});
