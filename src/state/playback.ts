import { createStore } from 'zustand/vanilla';

/** live: the cursor follows the head of a run being decoded. */
export type PlaybackMode = 'live' | 'playing' | 'paused';

export interface PlaybackState {
  /** Tokens shown, 0..T. A view is a function of the log and this number. */
  cursor: number;
  mode: PlaybackMode;
  /** Tokens per second when playing. */
  rate: number;
  /** Cell looked at (pointer or grid focus); null: the last one shown. */
  pick: number | null;
  /** Cell chosen to stay in view until another is, or the cursor moves. */
  pin: number | null;
}

export const RATES = [5, 10, 20, 40, 80, 160] as const;
export const DEFAULT_RATE = 40;

export type PlaybackStore = ReturnType<typeof createPlayback>;

/** Play, pause, step and scrub, all by moving one number. `length()` is the number of events there are so far. */
export function createPlayback(length: () => number) {
  /** Fraction of a token left over from the last tick. */
  let carry = 0;
  const store = createStore<PlaybackState>(() => ({ cursor: 0, mode: 'paused', rate: DEFAULT_RATE, pick: null, pin: null }));
  const clamp = (cursor: number) => Math.min(length(), Math.max(Math.min(1, length()), Math.round(cursor)));

  return {
    ...store,
    /** A new run: nothing shown yet. */
    restart(mode: PlaybackMode): void {
      carry = 0;
      store.setState({ cursor: 0, mode, pick: null, pin: null });
    },
    /** New events came in. */
    follow(): void {
      if (store.getState().mode === 'live') store.setState({ cursor: length() });
    },
    /** Decoding ended: there is no head to follow any more. */
    settle(): void {
      if (store.getState().mode === 'live') store.setState({ mode: 'paused', cursor: length() });
    },
    seek(cursor: number): void {
      store.setState({ cursor: clamp(cursor), mode: 'paused', pick: null, pin: null });
    },
    step(by: number): void {
      store.setState({ cursor: clamp(store.getState().cursor + by), mode: 'paused', pick: null, pin: null });
    },
    pause(): void {
      store.setState({ mode: 'paused' });
    },
    /** From the start when everything is shown already; follows the head when the run is still growing. */
    play(growing: boolean): void {
      const atEnd = store.getState().cursor >= length();
      carry = 0;
      if (growing && atEnd) store.setState({ mode: 'live', cursor: length(), pick: null, pin: null });
      else store.setState({ mode: 'playing', cursor: atEnd ? 0 : store.getState().cursor, pick: null, pin: null });
    },
    /** Back to the head of a run that is still growing. */
    goLive(): void {
      store.setState({ mode: 'live', cursor: length(), pick: null, pin: null });
    },
    setRate(rate: number): void {
      store.setState({ rate });
    },
    look(pick: number | null): void {
      if (store.getState().pick !== pick) store.setState({ pick });
    },
    /** Keeps a shown cell in view; the same one again, or null, lets go. */
    pinCell(cell: number | null): void {
      const { pin, cursor } = store.getState();
      store.setState({ pin: cell === null || cell === pin || cell < 0 || cell >= cursor ? null : cell });
    },
    /** Moves on by `ms` of wall time; true while there is more to play. */
    tick(ms: number, growing: boolean): boolean {
      const { mode, cursor, rate } = store.getState();
      if (mode !== 'playing') return false;
      carry += (ms / 1000) * rate;
      const whole = Math.floor(carry);
      carry -= whole;
      const next = Math.min(length(), cursor + whole);
      if (next >= length() && !growing) {
        store.setState({ cursor: next, mode: 'paused' });
        return false;
      }
      if (next >= length() && growing && length() > 0) {
        store.setState({ cursor: next, mode: 'live' });
        return false;
      }
      if (whole > 0) store.setState({ cursor: next });
      return true;
    },
  };
}
