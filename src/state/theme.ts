import { createStore } from 'zustand/vanilla';

export type Theme = 'light' | 'dark';

const KEY = 'dpar-theme';

/** The theme in force: the person's choice if there is one, else the system's. */
export function createTheme() {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const stored = readChoice();
  const fromSystem = (): Theme => (system.matches ? 'dark' : 'light');
  const store = createStore<{ theme: Theme; chosen: boolean }>(() => ({ theme: stored ?? fromSystem(), chosen: stored !== null }));
  const apply = () => {
    document.documentElement.dataset.theme = store.getState().theme;
  };
  store.subscribe(apply);
  apply();
  system.addEventListener('change', () => {
    if (!store.getState().chosen) store.setState({ theme: fromSystem() });
  });
  return {
    ...store,
    toggle(): void {
      const theme: Theme = store.getState().theme === 'dark' ? 'light' : 'dark';
      store.setState({ theme, chosen: true });
      try {
        localStorage.setItem(KEY, theme);
      } catch {
        // Storage may be blocked; the choice then lasts for this visit.
      }
    },
  };
}

function readChoice(): Theme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : null;
  } catch {
    return null;
  }
}
