import { createStore } from 'zustand/vanilla';
import type { RunHeader, TokenEvent } from '../../engine/log.ts';
import type { Problem } from './problem.ts';

/** recorded: made in advance and shipped with the pack. generated: decoded here, by this browser. */
export type Origin = 'recorded' | 'generated';
export type RunPhase = 'empty' | 'running' | 'complete' | 'stopped' | 'failed';

/** A painted picture and how many cells of it, in raster order, are decoded. */
export interface PaintedPicture {
  image: CanvasImageSource;
  size: number;
  cells: number;
}

export interface RunState {
  /** Changes with every run, so that a late event of an earlier one can be told. */
  id: number;
  phase: RunPhase;
  origin: Origin;
  title: string;
  header: RunHeader | null;
  /** Append-only within a run: read it, never write to it. `count` says how far it has grown. */
  events: readonly TokenEvent[];
  count: number;
  picture: PaintedPicture | null;
  digest: string | null;
  /** Wall-clock milliseconds of a run decoded here; null for recorded runs. */
  wallMs: number | null;
  problem: Problem | null;
}

const EMPTY: RunState = {
  id: 0, phase: 'empty', origin: 'recorded', title: '', header: null, events: [], count: 0,
  picture: null, digest: null, wallMs: null, problem: null,
};

export type RunStore = ReturnType<typeof createRun>;

/** The run in view: an append-only event log with its header and picture. */
export function createRun() {
  const store = createStore<RunState>(() => EMPTY);
  const current = (id: number) => store.getState().id === id;

  return {
    ...store,
    /** Nothing in view; a run still being decoded is no longer heard. */
    clear(): void {
      store.setState({ ...EMPTY, id: store.getState().id + 1 });
    },
    /** A finished run made in advance. */
    showRecorded(header: RunHeader, events: readonly TokenEvent[], digest: string, title: string, picture: PaintedPicture | null): void {
      store.setState({
        ...EMPTY, id: store.getState().id + 1, phase: 'complete', origin: 'recorded', header, events, count: events.length, digest, title, picture,
      });
    },
    /** A run about to be decoded here; returns its id. */
    begin(header: RunHeader, title: string): number {
      const id = store.getState().id + 1;
      store.setState({ ...EMPTY, id, phase: 'running', origin: 'generated', header, events: [], title });
      return id;
    },
    append(id: number, events: readonly TokenEvent[], wallMs: number): void {
      if (!current(id) || events.length === 0) return;
      const log = store.getState().events as TokenEvent[];
      log.push(...events);
      store.setState({ count: log.length, wallMs });
    },
    paint(id: number, picture: PaintedPicture): void {
      if (current(id)) store.setState({ picture });
    },
    end(id: number, outcome: { complete: boolean; digest: string | null; wallMs: number }): void {
      if (!current(id)) return;
      store.setState({ phase: outcome.complete ? 'complete' : 'stopped', digest: outcome.digest, wallMs: outcome.wallMs });
    },
    fail(id: number, problem: Problem): void {
      if (current(id)) store.setState({ phase: 'failed', problem });
    },
  };
}
