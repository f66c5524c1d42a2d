import { say } from '../../../engine/phrase.ts';
import { createPack } from '../pack.ts';
import { createPlayback } from '../playback.ts';
import { problem, type Problem } from '../problem.ts';
import { createRun, type OpenedRun, type RunState } from '../run.ts';
import { requestOf, type RunRequest } from '../runRequest.ts';
import { createRunView, type RunView } from '../runView.ts';
import type { PackSession } from '../session.ts';
import type { Studio } from '../studio.ts';
import { sameTokens } from '../sameTokens.ts';
import { createAlikeAsB } from './alikeAsB.ts';
import { createCompareStore, type SideName } from './compareState.ts';
import { createMaking } from './making.ts';
import { createComparePacks } from './packs.ts';
import type { RunSource } from './runSource.ts';
import { sheetThresholds, requestAgainst, requestClass, requestLess, requestThresholds, type Against } from './requests.ts';
import { createSides } from './sides.ts';

export interface CompareDeps {
  page: Studio;
  base: string;
  /** For another pack and its model; none yet. */
  guest: () => PackSession;
  /** A run of this browser's history with its picture. */
  readHistory: (id: string) => Promise<OpenedRun>;
}

export type Compare = ReturnType<typeof createCompare>;

/** A side shows the run of the page as decoded, though an edit of it waits in Inspect. */
export const withoutEdit = (source: RunSource | null, draft: unknown): boolean => source?.kind === 'view' && draft !== null;

/** Two runs with one cursor. Neither is the run of the page, which stays as it is. */
export function createCompare({ page, base, guest, readHistory }: CompareDeps) {
  const runs = [createRun(), createRun()] as const;
  const playback = createPlayback(() => Math.max(...runs.map((run) => run.getState().count)));
  const [one, other] = runs.map((run) => createRunView({ run, playback, pack: createPack() })) as [RunView, RunView];
  const store = createCompareStore(one, other, page.session);
  const { known, packFor, discover } = createComparePacks(store, page.session, base);
  const { put, choose, bring, letGo, swap, chosen, showsPage, growing } = createSides({ store, playback, packFor, inView: page.view.run, readHistory });
  const alike = createAlikeAsB({ store, page: page.session, discover, put, chosen, letGo });
  const { make, makeSide, giveUp, stop, stops } = createMaking({ store, playback, page: page.session, base, guest, put });
  const sides = () => store.getState().sides;
  const forget = (): void => store.setState({ problem: null });
  /** What is wrong with a link holds for the run of the page that comes by it, too. */
  let said: Problem | null = null;

  const makeB = async (request: RunRequest, pack?: string): Promise<void> => void (await makeSide('b', request, pack));

  /** A side's run again under the rules in its view, as B. */
  async function makeWithRules({ run, whatIf, pack }: RunView): Promise<void> {
    const { header } = run.getState();
    const rules = whatIf.current();
    if (header && rules) await makeB(requestOf(header, { ...header.settings, ...rules }), pack.getState().name);
  }

  const follow = () => {
    playback.follow();
    if (!growing()) playback.settle();
  };
  for (const run of runs) run.subscribe(follow);

  return {
    ...store, playback, packFor, discover, choose, letGo, swap, make, makeSide, makeWithRules, giveUp, stop,
    /** How often it was stopped or given up; what a stop came in between of is given up. */
    stops,
    forget,
    /** Says what is wrong with a link. */
    say: (problem: Problem): void => store.setState({ problem: (said = problem) }),
    /** Shows the run of the page as A and, with `other`, a recorded run of the same class and seed as B, where nothing has been chosen yet. */
    async start(other: boolean): Promise<void> {
      const { header } = page.view.run.getState();
      if (!header) return;
      const { manifest: there } = page.session.pack.getState();
      // While no comparison was open the page may have gone on to another pack.
      for (const which of ['a', 'b'] as const) if (there && showsPage(which) && sides()[which].pack.getState().manifest !== there) await bring(which, { kind: 'view' });
      // Nor was anybody here to see A go on to another image.
      if (store.getState().source.a) return alike.seek();
      await bring('a', { kind: 'view' });
      if (other && !chosen('b')) await alike.follow();
    },
    /** A new run of the page takes the place of the old one on the sides that show it; a B that nobody chose goes with A. */
    watchPage(): () => void {
      const ends = [...runs.map((run) => run.subscribe(({ header }, before) => header !== before.header && void alike.seek())), page.view.run.subscribe((state: RunState, before: RunState) => {
        if (state.id === before.id || !state.header) return;
        const shown = (['a', 'b'] as const).filter(showsPage);
        if (shown.length > 0 && store.getState().problem !== said) forget();
        for (const which of shown) void bring(which, { kind: 'view' });
      })];
      return () => ends.forEach((end) => end());
    },
    async against(which: Against): Promise<void> {
      const { header, events } = sides().a.run.getState();
      const { manifest } = sides().a.pack.getState();
      const request = header && manifest ? requestAgainst(which, header, events, manifest) : null;
      if (request) await makeB(request);
    },
    /** Makes again what was recorded or opened, with its own pack, so that both times are of this device. */
    async makeHere(which: readonly SideName[]): Promise<void> {
      for (const side of which) {
        const { header } = sides()[side].run.getState();
        const before = stops();
        if (header) await makeSide(side, requestOf(header), header.pack.name);
        if (before !== stops() || store.getState().problem) return;
      }
    },
    async againstClass(index: number): Promise<void> {
      const { header } = sides().a.run.getState();
      if (header) await makeB(requestClass(index, header));
    },
    async lessLike(index: number): Promise<void> {
      const { header } = sides().a.run.getState();
      const request = header && requestLess(index, header);
      if (request) await makeB(request);
    },
    /** The same class, seed and given tokens from another pack, with that pack's own settings. */
    async againstPack(pack: string): Promise<void> {
      const { header } = sides().a.run.getState();
      if (!header) return;
      const other = known(pack);
      if (!other) return;
      const { guidance, temperature, topK, topP } = header.settings;
      const { classes = [] } = sides().a.pack.getState().manifest ?? {};
      const there = (label: string | undefined) => other.manifest.classes.findIndex((entry) => entry.label === label);
      // A picture without a class is none there, too.
      const same = header.class >= classes.length ? other.manifest.classes.length : there(header.className);
      if (same < 0) return store.setState({ problem: problem('run-invalid', say`The pack "${pack}" has no class ${header.className}.`) });
      const away = header.settings.against === undefined ? -1 : there(classes[header.settings.against]?.label);
      const { manifest: own } = sides().a.pack.getState();
      const given = own && sameTokens(own, other.manifest) ? header.given : undefined;
      await makeB({ class: same, seed: header.seed, ...(given && { given }), settings: { ...other.manifest.defaults, guidance, temperature, topK, topP, ...(away >= 0 && away !== same && { against: away }) } }, pack);
    },
    async thresholds(): Promise<void> {
      const { header, events } = sides().a.run.getState();
      const { manifest } = sides().a.pack.getState();
      if (!header || !manifest) return;
      const list = sheetThresholds(manifest.curve, events.map(({ entropy }) => entropy), header.settings.entropyThreshold);
      await make(requestThresholds(list, header, manifest), (runs) => store.setState({ sheet: runs.map((run, i) => ({ threshold: list[i]!, run })) }));
    },
    /** Brings a run of the strip in as B. */
    async showTile(index: number): Promise<void> {
      const tile = store.getState().sheet[index];
      if (!tile?.run.getState().header) return;
      await choose('b', { kind: 'made', index: store.getState().made.indexOf(tile.run) });
    },
  };
}
