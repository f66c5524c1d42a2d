import { createStore } from 'zustand/vanilla';
import { imageSeed } from '../../engine/philox.ts';
import { checkSettings } from '../../engine/pack-settings.ts';
import { parseField, parseSeed } from '../../engine/setting-text.ts';
import type { SettingKey, Settings } from '../../engine/settings.ts';
import type { RunHeader } from '../../engine/log.ts';
import type { Manifest } from '../../engine/manifest.ts';
import { toProblem, type Problem } from './problem.ts';
import type { RunRequest } from './runRequest.ts';

export interface SettingsState {
  /** Null until the pack is known. */
  defaults: Settings | null;
  values: Settings | null;
  class: number;
  /** The seed as typed; `seed` is the last valid one. */
  seedText: string;
  seed: number;
  /** One message per field that cannot be used as typed. */
  errors: Partial<Record<SettingKey | 'seed' | 'all', Problem>>;
}

export type SettingsStore = ReturnType<typeof createSettings>;

/** Of a run whose seed neither a link nor a person has named. */
export const FIRST_SEED = 7;

/** What the next run will be made with. Texts that cannot be read keep the last valid value and say why. */
export function createSettings(random: () => number = randomSeed) {
  const store = createStore<SettingsState>(() => ({ defaults: null, values: null, class: 0, seedText: String(FIRST_SEED), seed: FIRST_SEED, errors: {} }));
  let shape: Pick<Manifest, 'grid' | 'model' | 'kind' | 'defaults'> | null = null;

  const setError = (key: keyof SettingsState['errors'], error: Problem | undefined) => {
    const errors = { ...store.getState().errors };
    if (error) errors[key] = error;
    else delete errors[key];
    store.setState({ errors });
  };
  /** What was typed into fields that belong to a pack, and could not be read, is forgotten; the seed belongs to none. */
  const forgetErrors = () => {
    const { seed } = store.getState().errors;
    store.setState({ errors: seed ? { seed } : {} });
  };
  const apply = ({ against, ...rest }: Settings) => {
    // A class is not held against itself: the image's own wins.
    const values = against === undefined || against === store.getState().class ? rest : { ...rest, against };
    store.setState({ values });
    try {
      if (shape) checkSettings(shape, values);
      setError('all', undefined);
    } catch (error) {
      setError('all', toProblem(error));
    }
  };

  return {
    ...store,
    /** A pack has been read: its defaults and its first class rule until something is set. The seed stays as it was typed. */
    init(manifest: Pick<Manifest, 'grid' | 'model' | 'kind' | 'defaults'>): void {
      shape = manifest;
      store.setState({ defaults: manifest.defaults, class: 0 });
      forgetErrors();
      apply({ ...manifest.defaults });
    },
    /** All at once, as a link, a run or a preset brings them: what was typed and could not be read stands in their way no longer. */
    setAll(values: Settings): void {
      forgetErrors();
      apply({ ...values });
    },
    /** Class, seed and settings of a run, as the next run's. */
    adopt({ class: index, seed, settings }: Pick<RunHeader, 'class' | 'seed' | 'settings'>): void {
      this.setClass(index);
      this.setAll(settings);
      this.setSeed(String(seed));
    },
    set<K extends SettingKey>(key: K, value: Settings[K]): void {
      const { values } = store.getState();
      if (!values) return;
      setError(key, undefined);
      apply({ ...values, [key]: value });
    },
    /** A value as typed; an unreadable one is refused with its reason and the value stays. */
    setText(key: SettingKey, text: string): void {
      try {
        this.set(key, parseField(key, text));
      } catch (error) {
        setError(key, toProblem(error));
      }
    },
    /** What was typed and cannot be used is forgotten; the last valid value stands. */
    undo(key: SettingKey | 'seed'): void {
      if (key === 'seed') store.setState({ seedText: String(store.getState().seed) });
      setError(key, undefined);
    },
    reset(key: SettingKey): void {
      const { defaults } = store.getState();
      if (defaults) this.set(key, defaults[key]);
    },
    /** Every setting to the pack's default; whatever was typed and cannot be used is forgotten, the seed's too. */
    resetAll(): void {
      const { defaults } = store.getState();
      if (!defaults) return;
      this.undo('seed');
      this.setAll(defaults);
    },
    setClass(index: number): void {
      store.setState({ class: index });
      const { values } = store.getState();
      if (values) apply(values);
    },
    setSeed(text: string): void {
      store.setState({ seedText: text });
      try {
        store.setState({ seed: parseSeed(text) });
        setError('seed', undefined);
      } catch (error) {
        setError('seed', toProblem(error));
      }
    },
    rollSeed(): void {
      this.setSeed(String(random()));
    },
    /** Runs with these settings: the seed, the next seed and so on, going on from the tokens given. None while something stands in the way. */
    requests(count: number, given: readonly number[]): RunRequest[] {
      const { values, class: index, seed } = store.getState();
      if (!values || this.firstError()) return [];
      return Array.from({ length: count }, (_, i) => ({ class: index, seed: imageSeed(seed, i), settings: values, given }));
    },
    /** The first thing that stands in the way of a run. */
    firstError(): Problem | null {
      return Object.values(store.getState().errors)[0] ?? null;
    },
  };
}

/** Short enough to read out, large enough not to meet again. */
const randomSeed = () => Math.floor(Math.random() * 1_000_000);
