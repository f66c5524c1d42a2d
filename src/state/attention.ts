import { createStore } from 'zustand/vanilla';
import { secondRows } from '../../engine/against.ts';
import { showsAttention, type Attention } from '../../engine/attention.ts';
import { startsOf, tokensOf } from '../../engine/log.ts';
import type { Failure } from '../inference/client.ts';
import { oncePer } from '../lib/oncePer.ts';
import { fromFailure, type Problem } from './problem.ts';
import type { Studio } from './studio.ts';

/** What the pack and the run in view allow. */
export type Possible = 'yes' | 'no graphs' | 'no model' | 'running' | 'no run' | 'unscored';

export interface AttentionState {
  /** The overlay is wanted. */
  on: boolean;
  part: 'patches' | 'cells';
  /** null: the mean of all blocks. */
  block: number | null;
  /** Of guidance; a run without it has the class row alone. */
  row: 'class' | 'second';
  phase: 'idle' | 'working' | 'done' | 'failed';
  /** Of the version of the log that it was made for. */
  found: Attention | null;
  version: number;
  problem: Problem | null;
}

/** Attention of the run in view, computed when it is asked for. */
export function createAttention({ view, session: { pack, client, ask, modelReady, settle } }: Pick<Studio, 'view' | 'session'>) {
  const store = createStore<AttentionState>(() => ({ on: false, part: 'patches', block: null, row: 'class', phase: 'idle', found: null, version: -1, problem: null }));
  let ticket = 0;
  // What is asked of one pack's model comes to nothing with another.
  pack.subscribe(({ manifest }, before) => {
    if (manifest === before.manifest) return;
    ticket++;
    store.setState({ phase: 'idle', found: null, version: -1, problem: null });
  });

  function possible(): Possible {
    const { manifest, model, report } = pack.getState();
    const { header, count, phase } = view.run.getState();
    if (phase === 'running') return 'running';
    if (!header || count === 0) return 'no run';
    if (model !== 'ready' || !manifest || !report) return 'no model';
    if (!showsAttention(manifest, report.variant)) return 'no graphs';
    const { known, events } = view.shown();
    return known < events.length ? 'unscored' : 'yes';
  }

  /** Class of the second row of the run in view, the null class or the one it was guided away from; null where no such row ran. */
  function secondRow(): number | null {
    const { header } = view.run.getState();
    const { manifest } = pack.getState();
    return header && manifest ? secondRows(manifest, [header])?.[0] ?? null : null;
  }

  async function compute(): Promise<void> {
    const mine = ++ticket;
    if (possible() !== 'yes') return store.setState({ phase: 'idle', found: null });
    store.setState({ phase: 'working', problem: null });
    await settle({ wait: true });
    if (mine !== ticket) return;
    const model = client();
    const { header } = view.run.getState();
    if (possible() !== 'yes' || !model || !header) return store.setState({ phase: 'idle', found: null });
    const { version, events } = view.shown();
    store.setState({ version });
    const request = {
      tokens: tokensOf(events), starts: startsOf(events),
      class: (store.getState().row === 'second' ? secondRow() : null) ?? header.class,
    };
    const result = await ask(model, () => model.attend(request, () => undefined));
    if (mine !== ticket) return;
    if (result.ok) store.setState({ phase: 'done', found: result.value });
    else if (result.code === 'aborted') store.setState({ phase: 'idle', found: null, version: -1 });
    else store.setState({ phase: 'failed', found: null, problem: fromFailure(result as Failure) });
  }

  return {
    ...store, possible, secondRow, compute,
    /** Computes again where the log in view is another one. */
    refresh(): void {
      const { on, phase, version } = store.getState();
      if (on && phase !== 'working' && version !== view.shown().version && possible() === 'yes') void compute();
    },
    /** Without a model it waits for that of the pack first. */
    async turn(on: boolean): Promise<void> {
      store.setState({ on });
      if (!on) return;
      if (possible() === 'no model') await modelReady();
      if (store.getState().on) await compute();
    },
    chooseRow(row: AttentionState['row']): void {
      store.setState({ row });
      void compute();
    },
  };
}

/** That of the page. */
export const attentionIn = oncePer((studio: Studio) => createAttention(studio));
