import { say, type Phrase } from '../../engine/phrase.ts';
import { titleOf } from './runRequest.ts';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { RunLog, type Backend, type Run, type RunHeader, type TokenEvent } from '../../engine/log.ts';
import type { Problem } from './problem.ts';

/** recorded: made in advance and shipped with the pack. generated: decoded here, by this browser. opened: from a file or the history. given: tokens of a picture. */
export type Origin = 'recorded' | 'generated' | 'opened' | 'given';
export type RunPhase = 'empty' | 'running' | 'complete' | 'stopped' | 'failed';

/** A run that was made earlier: recorded with its pack, from a file or from the history. */
export interface OpenedRun {
  run: Run;
  picture: PaintedPicture | null;
}

/** A painted picture and how many cells of it, in raster order, are decoded. */
export interface PaintedPicture {
  image: CanvasImageSource;
  size: number;
  cells: number;
}

export interface RunState {
  /** Changes with every run, so that a late event of an earlier one is known as one. */
  id: number;
  phase: RunPhase;
  origin: Origin;
  title: Phrase;
  header: RunHeader | null;
  /** Append-only within a run: read it, never write to it. `count` says how far it has grown. */
  events: readonly TokenEvent[];
  count: number;
  /** While it grows: guesses at the tokens after the events, where a pass settles several. */
  drafts: readonly number[];
  picture: PaintedPicture | null;
  digest: string | null;
  /** Wall-clock milliseconds of a run decoded here; null for recorded runs, and for one that was taken up. */
  wallMs: number | null;
  /** Images decoded at once, this one included: its times are those of all of them. */
  together: number;
  /** Where a run was taken up, each time its worker was lost. */
  takenUpOn: readonly Backend[];
  /** Most tokens that a pass could settle; null where that is unknown, or changed on the way. */
  window: number | null;
  problem: Problem | null;
  /** The store that the run grows in, where it is shown from there; null where it is this one. */
  source: StoreApi<RunState> | null;
}

/** Its times were measured by this browser: it decoded the run, or read a picture's tokens. */
export const isMeasuredHere = ({ origin }: Pick<RunState, 'origin'>): boolean => origin === 'generated' || origin === 'given';

/** Its times are its own: by this browser, alone and in one go. */
export const isTimedHere = (run: Pick<RunState, 'origin' | 'together' | 'takenUpOn'>): boolean => isMeasuredHere(run) && run.together === 1 && run.takenUpOn.length === 0;

/** All of it was decoded on the backend that its header names. */
export const isOfOneBackend = ({ header, takenUpOn }: Pick<RunState, 'header' | 'takenUpOn'>): boolean => takenUpOn.every((backend) => backend === header?.backend);

/** A run as files and the history keep it. */
export const runOf = (header: RunHeader, { events, together, takenUpOn, window }: Pick<RunState, 'events' | 'together' | 'takenUpOn' | 'window'>): Run =>
  new RunLog(header, events).toRun({ ...(together > 1 && { together }), ...(takenUpOn.length > 0 && { takenUpOn: [...takenUpOn] }), ...(window !== null && { window }) });

/** The part of the state that a kept run decides. */
const kept = ({ header, events, digest, together = 1, takenUpOn = [], window }: Run) => ({ header, events, count: events.length, digest, title: titleOf(header), together, takenUpOn, window: window ?? null });

const EMPTY: RunState = {
  id: 0, phase: 'empty', origin: 'recorded', title: say``, header: null, events: [], count: 0,
  drafts: [], picture: null, digest: null, wallMs: null, together: 1, takenUpOn: [], window: null, problem: null, source: null,
};

export type RunStore = ReturnType<typeof createRun>;

/** The run in view: an append-only event log with its header and picture. */
export function createRun() {
  const store = createStore<RunState>(() => EMPTY);
  const current = (id: number) => store.getState().id === id;

  /** Mirrors a run kept elsewhere until another run is shown. */
  function mirror(source: StoreApi<RunState>): void {
    const id = store.getState().id + 1;
    const mirrored = (state: RunState) => ({ ...state, id, source: state.source ?? source });
    store.setState(mirrored(source.getState()));
    const end = source.subscribe((state) => (current(id) ? store.setState(mirrored(state)) : end()));
  }

  return {
    ...store, mirror,
    /** Nothing in view; events of a run still being decoded are no longer taken. */
    clear(): void {
      store.setState({ ...EMPTY, id: store.getState().id + 1 });
    },
    /** A finished run made in advance. */
    showRecorded({ run, picture }: OpenedRun): void {
      store.setState({ ...EMPTY, ...kept(run), id: store.getState().id + 1, phase: 'complete', origin: 'recorded', picture });
    },
    /** A run that ended earlier, complete or not. */
    showOpened({ run, picture }: OpenedRun): void {
      store.setState({ ...EMPTY, ...kept(run), id: store.getState().id + 1, phase: run.complete ? 'complete' : 'stopped', origin: 'opened', picture });
    },
    /** A picture's tokens as a run that was given whole; returns its id. */
    showGiven(header: RunHeader, events: readonly TokenEvent[], title: Phrase, picture: PaintedPicture): number {
      const id = store.getState().id + 1;
      store.setState({ ...EMPTY, id, phase: 'complete', origin: 'given', header, events, count: events.length, title, picture });
      return id;
    },
    /** The same tokens with more known about each. */
    rescore(id: number, events: readonly TokenEvent[]): void {
      if (current(id)) store.setState({ events, count: events.length });
    },
    /** Back to what was in view before; a run that grew then is shown as far as it has come. */
    restore(before: RunState): void {
      if (before.phase === 'running' && before.source) mirror(before.source);
      else store.setState({ ...before, id: store.getState().id + 1 });
    },
    /** A run about to be decoded here, `together` images at once; returns its id. */
    begin(header: RunHeader, together = 1): number {
      const id = store.getState().id + 1;
      store.setState({ ...EMPTY, id, phase: 'running', origin: 'generated', header, events: [], title: titleOf(header), together });
      return id;
    },
    /** Its worker was lost: it goes on from its log on this backend. */
    takeUp(id: number, backend: Backend): void {
      if (current(id)) store.setState(({ takenUpOn }) => ({ takenUpOn: [...takenUpOn, backend] }));
    },
    append(id: number, events: readonly TokenEvent[], wallMs: number, drafts: readonly number[] = [], window: number | null = null): void {
      if (!current(id) || (events.length === 0 && drafts.length === 0)) return;
      const { events: before, count, window: first } = store.getState();
      const log = before as TokenEvent[];
      log.push(...events);
      const same = count === 0 || window === first;
      store.setState({ count: log.length, wallMs, drafts, ...(events.length > 0 && { window: same ? window : null }) });
    },
    paint(id: number, picture: PaintedPicture): void {
      if (current(id)) store.setState({ picture });
    },
    end(id: number, { complete, digest, wallMs }: { complete: boolean; digest: string | null; wallMs: number }): void {
      if (!current(id)) return;
      // By the clock a run that was taken up waited for the model, and settled once more what it had.
      store.setState(({ takenUpOn }) => ({ drafts: [], phase: complete ? 'complete' : 'stopped', digest, wallMs: takenUpOn.length > 0 ? null : wallMs }));
    },
    fail(id: number, problem: Problem): void {
      if (current(id)) store.setState({ drafts: [], phase: 'failed', problem });
    },
  };
}
