import { createStore } from 'zustand/vanilla';
import type { PaintedPicture, RunStore } from '../run.ts';

/** Tokens as edited. Those before `keep` are given when the run goes on; the rest is sampled again. */
export interface Draft {
  tokens: readonly number[];
  keep: number;
}

export interface EditState {
  draft: Draft | null;
  past: readonly (Draft | null)[];
  future: readonly (Draft | null)[];
  /** Code that is painted with; null: pointing looks at cells. */
  brush: number | null;
  /** Entropies of the draft's tokens, once the model has scored them. */
  entropies: readonly (number | null)[] | null;
  picture: PaintedPicture | null;
}

const NONE: EditState = { draft: null, past: [], future: [], brush: null, entropies: null, picture: null };

/** What the model says about a draft's tokens. */
export interface DraftModel {
  paint: (tokens: number[]) => Promise<PaintedPicture | null>;
  score: (tokens: number[]) => Promise<(number | null)[] | null>;
}

export type EditStore = ReturnType<typeof createEdit>;

/** Changes to the tokens of the run in view, each one undoable; another run in view starts without any. */
export function createEdit(run: Pick<RunStore, 'getState' | 'subscribe'>, model: DraftModel) {
  const store = createStore<EditState>(() => NONE);
  let asking: Draft | null = null;
  let answered: Promise<void> = Promise.resolve();
  run.subscribe((state, before) => {
    if (state.id !== before.id && store.getState() !== NONE) store.setState({ ...NONE, brush: store.getState().brush });
  });

  const original = (): Draft => {
    const tokens = run.getState().events.map((event) => event.token);
    return { tokens, keep: tokens.length };
  };
  const current = (): Draft => store.getState().draft ?? original();
  const running = () => run.getState().phase === 'running';
  const editable = () => !running() && run.getState().count > 0;

  /** Asks the model about the newest draft; answers about an older one are dropped. One question at a time. */
  async function refresh(): Promise<void> {
    try {
      for (;;) {
        const { draft } = store.getState();
        if (!draft || draft === asking) break;
        asking = draft;
        const tokens = [...draft.tokens];
        const picture = running() ? null : await model.paint(tokens);
        const entropies = running() ? null : await model.score(tokens);
        if (store.getState().draft?.tokens === draft.tokens) store.setState({ ...(picture && { picture }), ...(entropies && { entropies }) });
      }
    } finally {
      asking = null;
    }
  }

  function show(draft: Draft | null, past: EditState['past'], future: EditState['future']): void {
    const same = draft !== null && draft.tokens === store.getState().draft?.tokens;
    store.setState({ draft, past, future, ...(!same && { entropies: null }), ...(draft === null && { picture: null }) });
    if (draft && !same && !asking) answered = refresh();
  }
  /** Asks about a draft that has no answer: there was no model, or it was at work for something else. */
  function ask(): void {
    const { draft, entropies } = store.getState();
    if (draft && !entropies && !asking) answered = refresh();
  }
  const change = (draft: Draft) => show(draft, [...store.getState().past, store.getState().draft], []);

  return {
    ...store,
    editable, ask,
    /** The model is being asked about a draft. */
    busy: (): boolean => asking !== null,
    /** Resolves once it has answered, or failed to. */
    settle: (): Promise<void> => answered.catch(() => undefined),
    /** Puts another token into a decoded cell; everything after the last one put is sampled again. */
    put(cell: number, token: number): void {
      const { tokens, keep } = current();
      if (!editable() || cell < 0 || cell >= tokens.length || tokens[cell] === token) return;
      const { draft } = store.getState();
      change({ tokens: tokens.map((old, i) => (i === cell ? token : old)), keep: draft ? Math.max(keep, cell + 1) : cell + 1 });
    },
    /** Keeps the tokens before `cell`; those from it on are sampled again, edits among them are taken back. */
    eraseFrom(cell: number): void {
      const { tokens } = current();
      if (!editable() || cell < 0 || cell >= tokens.length) return;
      const before = original().tokens;
      const kept = tokens.some((token, i) => i >= cell && token !== before[i]) ? tokens.map((token, i) => (i < cell ? token : before[i]!)) : tokens;
      change({ tokens: kept, keep: cell });
    },
    setBrush(brush: number | null): void {
      store.setState({ brush });
    },
    undo(): void {
      const { past, future, draft } = store.getState();
      if (past.length > 0) show(past.at(-1)!, past.slice(0, -1), [draft, ...future]);
    },
    redo(): void {
      const { past, future, draft } = store.getState();
      if (future.length > 0) show(future[0]!, [...past, draft], future.slice(1));
    },
    /** All edits at once; undoable. */
    discard(): void {
      if (store.getState().draft) show(null, [...store.getState().past, store.getState().draft], []);
    },
    /** The tokens to go on from. */
    given: (): number[] => {
      const { tokens, keep } = current();
      return tokens.slice(0, keep);
    },
    /** Cells that differ from the run. */
    changed: (): number[] => {
      const { events } = run.getState();
      return (store.getState().draft?.tokens ?? []).flatMap((token, i) => (events[i]?.token === token ? [] : [i]));
    },
    /** Puts edits back that a new run in view took away; the brush stays as it is. */
    restore(state: EditState): void {
      store.setState({ ...state, brush: store.getState().brush });
      ask();
    },
  };
}
