import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Problem } from '../problem.ts';
import type { KnownPack } from '../packFiles.ts';
import type { RunStore } from '../run.ts';
import type { RunView } from '../runView.ts';
import type { PackSession } from '../session.ts';
import type { RunSource } from './runSource.ts';

export type SideName = 'a' | 'b';

/** A run of the threshold strip. */
export interface SheetTile {
  threshold: number;
  run: RunStore;
}

export interface CompareState {
  /** The run in view on each side. */
  sides: Record<SideName, RunView>;
  /** Where each side's run comes from; null for none. */
  source: Record<SideName, RunSource | null>;
  /** Runs made for a comparison, in order. */
  made: readonly RunStore[];
  sheet: readonly SheetTile[];
  /** Packs beside the page's whose runs go together with its runs. */
  packs: readonly KnownPack[];
  /** Who makes runs: the page, or a guest with the model of another pack. */
  maker: PackSession;
  /** A run was asked for and waits for the model. */
  waiting: boolean;
  problem: Problem | null;
}

export type CompareStore = StoreApi<CompareState>;

export const createCompareStore = (a: RunView, b: RunView, maker: PackSession): CompareStore =>
  createStore<CompareState>(() => ({ sides: { a, b }, source: { a: null, b: null }, made: [], sheet: [], packs: [], maker, waiting: false, problem: null }));
