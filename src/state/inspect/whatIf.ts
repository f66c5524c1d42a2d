import { createStore } from 'zustand/vanilla';
import type { Rules } from '../../../engine/patchify.ts';
import { isStatic } from '../../../engine/settings.ts';
import { rulesOf, sameRules } from '../../../engine/whatif.ts';
import type { RunStore } from '../run.ts';

export interface WhatIfState {
  /** Rules that boundaries are redrawn with; null: as decoded. */
  rules: Rules | null;
  /** The decoded boundaries are drawn as well. */
  compare: boolean;
}

export type WhatIfStore = ReturnType<typeof createWhatIf>;

/** Other rules on a finished run. They belong to that run: another one in view starts as decoded. */
export function createWhatIf(run: Pick<RunStore, 'getState' | 'subscribe'>) {
  const store = createStore<WhatIfState>(() => ({ rules: null, compare: false }));
  run.subscribe((state, before) => {
    if (state.id !== before.id && store.getState().rules) store.setState({ rules: null });
  });
  const decoded = (): Rules | null => {
    const { header, phase, count } = run.getState();
    return header && phase !== 'running' && count > 0 ? rulesOf(header.settings) : null;
  };

  return {
    ...store,
    /** Whether there is a finished run to redraw. */
    available: (): boolean => decoded() !== null,
    /** The rules that what is shown was drawn with; null without a run. */
    current: (): Rules | null => store.getState().rules ?? (run.getState().header ? rulesOf(run.getState().header!.settings) : null),
    set<K extends keyof Rules>(key: K, value: Rules[K]): void {
      const base = decoded();
      if (!base) return;
      const rules = { ...(store.getState().rules ?? base), [key]: value };
      // Static patches need a length to be drawn with.
      if (isStatic(rules as never) && rules.staticLength === null) rules.staticLength = 2;
      store.setState({ rules: sameRules(rules, base) ? null : rules });
    },
    /** All rules at once. */
    use(rules: Rules): void {
      const base = decoded();
      if (base) store.setState({ rules: sameRules(rules, base) ? null : rules });
    },
    /** Back to what was decoded. */
    clear(): void {
      store.setState({ rules: null });
    },
    setCompare(compare: boolean): void {
      store.setState({ compare });
    },
  };
}
