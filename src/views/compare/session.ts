import { createCompare, type Compare } from '../../state/compare/compare.ts';
import type { SideName } from '../../state/compare/compareState.ts';
import { createGuest } from '../../state/guest.ts';
import { openEntry } from '../../history/openEntry.ts';
import { recordRuns } from '../../history/record.ts';
import { createLinkedSides } from '../../state/compare/linked.ts';
import { createFrameLoop, type FrameLoop } from '../frame.ts';
import { useStore } from 'zustand';
import { oncePer } from '../../lib/oncePer.ts';
import { waits } from '../../state/jobs.ts';
import type { RunStore } from '../../state/run.ts';
import type { Studio } from '../../state/studio.ts';
import type { Workbench } from '../context.ts';
import type { Packs } from './optionText.ts';

export interface CompareSession {
  page: Studio;
  compare: Compare;
  /** One loop for both sides: they are drawn together. */
  frame: FrameLoop;
  /** A workbench for the run of each side. */
  benches: () => Record<SideName, Workbench>;
  linked: ReturnType<typeof createLinkedSides>;
}

/** The comparison of this page; it stays as it is while other views are open. */
export const compareSession = oncePer((workbench: Workbench): CompareSession => {
  const { studio, deps, history } = workbench;
  /** Runs of another pack are kept like those of the page. */
  const guest = () => {
    const beside = createGuest(deps, studio);
    recordRuns(beside.jobs, history, studio.reportUnexpected);
    return beside;
  };
  const compare = createCompare({
    page: studio, base: document.baseURI, guest,
    readHistory: (id) => openEntry(history, id),
  });
  const { a, b } = compare.getState().sides;
  const frame = createFrameLoop(studio.settings, a, b);
  const [one, other] = [a, b].map((view): Workbench => ({ ...workbench, view, frame, generateWithThis: () => compare.makeWithRules(view) })) as [Workbench, Workbench];
  const benches = () => (compare.getState().sides.a === a ? { a: one, b: other } : { a: other, b: one });
  return { page: studio, compare, frame, benches, linked: createLinkedSides(compare, studio) };
});

/** A run asked for here has its turn still to come. */
export function useWaits({ compare }: Pick<CompareSession, 'compare'>, run: RunStore): boolean {
  const maker = useStore(compare, (state) => state.maker);
  return useStore(maker.jobs, (state) => waits(state, run));
}

export function usePacks({ compare, page }: CompareSession): Packs {
  const own = useStore(page.session.pack, (state) => state.manifest);
  const packs = useStore(compare, (state) => state.packs);
  return [...(own ? [{ name: own.name, manifest: own }] : []), ...packs.filter(({ name }) => name !== own?.name)];
}

/** There is a run on side B. */
export function useSecond({ compare }: Pick<CompareSession, 'compare'>): boolean {
  const { b } = useStore(compare, (state) => state.sides);
  return useStore(b.run, (state) => state.header !== null);
}
