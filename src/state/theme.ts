import { createStore } from 'zustand/vanilla';
import { isMap, type MapName } from '../lib/colourMap.ts';
import { keep, readKept } from '../lib/kept.ts';
import { onPrint } from '../lib/printing.ts';

export type Theme = 'light' | 'dark';

export interface ThemeState {
  theme: Theme;
  /** By the person; else it is the system's. */
  chosen: boolean;
  /** On its way to paper, which is light. What is drawn in colours of the page has to be drawn at once: no frame comes before. */
  printing: boolean;
  /** Colours of the entropy map. */
  map: MapName;
}

const KEY = 'dpar-theme';
const MAP_KEY = 'dpar-map';
const isTheme = (value: string | null): value is Theme => value === 'light' || value === 'dark';

/** The theme in force: the person's choice if there is one, else the system's; and the colours of the entropy map. */
export function createTheme() {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const stored = readKept(KEY, isTheme);
  const fromSystem = (): Theme => (system.matches ? 'dark' : 'light');
  const store = createStore<ThemeState>(() => ({ theme: stored ?? fromSystem(), chosen: stored !== null, printing: false, map: readKept(MAP_KEY, isMap) ?? 'threshold' }));
  const apply = () => {
    const { theme, printing } = store.getState();
    document.documentElement.dataset.theme = printing ? 'light' : theme;
  };
  store.subscribe(apply);
  apply();
  system.addEventListener('change', () => {
    if (!store.getState().chosen) store.setState({ theme: fromSystem() });
  });
  onPrint((printing) => store.setState({ printing }));
  return {
    ...store,
    /** A theme of the person's own; null for the system's. */
    choose(theme: Theme | null): void {
      store.setState({ theme: theme ?? fromSystem(), chosen: theme !== null });
      keep(KEY, theme);
    },
    chooseMap(map: MapName): void {
      store.setState({ map });
      keep(MAP_KEY, map);
    },
  };
}
