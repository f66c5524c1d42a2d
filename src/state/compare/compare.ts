import { createStore } from 'zustand/vanilla';
import { say } from '../../../engine/phrase.ts';
import type { Manifest } from '../../../engine/manifest.ts';
import { requestOf, type RunRequest } from '../runRequest.ts';
import { checkFits } from '../fits.ts';
import { createPack } from '../pack.ts';
import { findPack, fetchRecording, type KnownPack } from '../packFiles.ts';
import { createPlayback } from '../playback.ts';
import { problem, toProblem, type Problem } from '../problem.ts';
import { createRun, type OpenedRun, type RunState, type RunStore } from '../run.ts';
import { createRunView, type RunView } from '../runView.ts';
import { sameTokens } from '../sameTokens.ts';
import { makeBeside } from '../makeBeside.ts';
import type { PackSession } from '../session.ts';
import type { Studio } from '../studio.ts';
import { until } from '../until.ts';
import { packsBeside } from '../packsBeside.ts';
import { ofOpened, ofRecorded, ofStore, type Found } from './found.ts';
import { recordedAlike } from './recordedAlike.ts';
import type { RunSource } from './runSource.ts';
import { sheetThresholds, requestAgainst, requestClass, requestLess, requestThresholds, type Against } from './requests.ts';

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
  const store = createStore<CompareState>(() => ({
    sides: { a: one, b: other }, source: { a: null, b: null }, made: [], sheet: [], packs: [], maker: page.session, waiting: false, problem: null,
  }));
  const sides = () => store.getState().sides;
  const growing = () => one.growing() || other.growing();
  /** Counts what was asked for, so that a late answer is known as one. */
  const asked = { a: 0, b: 0 };
  /** Counts the stops, so that what waited for a model is given up. */
  let stops = 0;

  const name = (which: SideName, source: RunSource | null) => store.setState({ source: { ...store.getState().source, [which]: source }, problem: null });

  const showsPage = (which: SideName) => store.getState().source[which]?.kind === 'view';

  const known = (pack: string): Omit<KnownPack, 'name'> | undefined => {
    const { manifest, manifestUrl } = page.session.pack.getState();
    return manifest?.name === pack ? { manifest, manifestUrl } : store.getState().packs.find(({ name }) => name === pack);
  };

  /** The pack that a run was made with: the page's, or another one from beside this page. */
  const packFor = async (name: string): Promise<Omit<KnownPack, 'name'>> => known(name) ?? findPack(name, base);

  /** Two runs go together when their tokens do: of the other side's pack they are let go. */
  function checkTokens(which: SideName, manifest: Manifest): void {
    const away = which === 'a' ? 'b' : 'a';
    const { run, pack } = sides()[away];
    const there = pack.getState().manifest;
    if (!run.getState().header || !there || sameTokens(there, manifest)) return;
    run.clear();
    name(away, null);
  }

  /** Puts what is found on a side. Where something else has been asked for there meanwhile, neither it nor its failure comes. */
  async function put(which: SideName, source: RunSource, find: () => Found | null | Promise<Found | null>): Promise<void> {
    const mine = ++asked[which];
    try {
      const found = await find();
      if (!found) return;
      const { manifest, manifestUrl } = await packFor(found.header.pack.name);
      if (mine !== asked[which]) return;
      checkTokens(which, manifest);
      const side = sides()[which];
      side.pack.setState({ name: manifest.name, manifest, manifestUrl });
      found.show(side);
      name(which, source);
      if (growing()) playback.goLive();
      else playback.seek(Infinity);
    } catch (error) {
      if (mine === asked[which]) throw error;
    }
  }

  async function findRecording({ pack, index }: Extract<RunSource, { kind: 'recording' }>): Promise<Found | null> {
    const { manifest, manifestUrl } = await packFor(pack);
    const recording = manifest.recordings[index];
    return recording ? ofRecorded(await fetchRecording(recording, manifestUrl)) : null;
  }

  async function findHistory(id: string): Promise<Found> {
    const opened = await readHistory(id);
    checkFits(opened.run, (await packFor(opened.run.header.pack.name)).manifest);
    return ofOpened(opened);
  }

  function find(source: RunSource): Found | null | Promise<Found | null> {
    switch (source.kind) {
      case 'view': return ofStore(page.view.run);
      case 'made': return ofStore(store.getState().made[source.index]);
      case 'recording': return findRecording(source);
      case 'history': return findHistory(source.id);
    }
  }

  const choose = (which: SideName, source: RunSource): Promise<void> =>
    put(which, source, () => find(source)).catch((error: unknown) => store.setState({ problem: toProblem(error) }));

  /** The page for its own pack, else a guest; the guest before it lets its worker go. */
  async function makerOf(pack: string): Promise<PackSession> {
    const before = store.getState().maker;
    // A guest whose manifest could not be fetched tries it again.
    const { name: there, manifest } = before.pack.getState();
    if (there === pack && (before === page.session || manifest)) return before;
    if (before !== page.session) before.client()?.dispose();
    const own = pack === '' || page.session.pack.getState().name === pack;
    const maker = own ? page.session : guest();
    store.setState({ maker });
    if (own) return maker;
    const found = await maker.read(pack, base);
    if (found) {
      maker.use(found);
      await maker.load();
    }
    return maker;
  }

  /** Makes runs with the pack of run A; `begun` gets them in order as they begin. */
  async function make(requests: readonly RunRequest[], begun: (runs: readonly RunStore[]) => void | Promise<void>, pack = sides().a.pack.getState().name): Promise<void> {
    if (requests.length === 0 || store.getState().waiting) return;
    const before = stops;
    store.setState({ waiting: true, problem: null });
    try {
      const maker = await makerOf(pack);
      if (before !== stops) return;
      let runs: readonly RunStore[] = [];
      let shown: void | Promise<void> = undefined;
      await makeBeside(maker, requests, (list) => {
        runs = list.map(({ run }) => run);
        store.setState({ made: [...store.getState().made, ...runs] });
        shown = begun(runs);
      }, () => before === stops);
      // A run that comes into view takes the last message with it, so its own comes after that.
      await shown;
      const failed = maker.pack.getState().problem ?? runs.map((run) => run.getState().problem).find(Boolean);
      if (failed) store.setState({ problem: failed });
    } finally {
      if (before === stops) store.setState({ waiting: false });
    }
  }

  /** One new run, shown as that side as it grows; null where it could not begin. */
  async function makeSide(which: SideName, request: RunRequest, pack?: string): Promise<RunStore | null> {
    const first = store.getState().made.length;
    let made: RunStore | null = null;
    await make([request], ([run]) => {
      made = run!;
      playback.restart('paused');
      // A run of a queue has no header before its turn.
      return until(() => run!.getState().header !== null, run!).then(() => put(which, { kind: 'made', index: first }, () => ofStore(run)));
    }, pack);
    playback.settle();
    return made;
  }
  const makeB = async (request: RunRequest, pack?: string): Promise<void> => void (await makeSide('b', request, pack));

  /** A side's run again under the rules in its view, as B. */
  async function makeWithRules({ run, whatIf, pack }: RunView): Promise<void> {
    const { header } = run.getState();
    const rules = whatIf.current();
    if (header && rules) await makeB(requestOf(header, { ...header.settings, ...rules }), pack.getState().name);
  }

  /** Ends what is being made, here and on the page, and a guest's download. */
  async function stop(): Promise<void> {
    stops++;
    store.setState({ waiting: false });
    const { maker } = store.getState();
    if (maker !== page.session && maker.pack.getState().model === 'loading') maker.cancelLoad();
    await Promise.all([page.session.stop(), ...(maker === page.session ? [] : [maker.stop()])]);
  }

  async function learnPacks(): Promise<void> {
    const { name: asked } = page.session.pack.getState();
    const packs = await packsBeside(page.session.pack.getState(), base);
    if (asked === page.session.pack.getState().name) store.setState({ packs });
  }
  let learning: { pack: string; done: Promise<void> } | null = null;
  /** Learns which other packs there are to compare with; whoever asks meanwhile for the same pack waits with the first. */
  function discover(): Promise<void> {
    const { name: pack } = page.session.pack.getState();
    if (learning?.pack === pack) return learning.done;
    const mine = { pack, done: learnPacks().finally(() => { if (learning === mine) learning = null; }) };
    learning = mine;
    return mine.done;
  }

  const follow = () => {
    playback.follow();
    if (!growing()) playback.settle();
  };
  for (const run of runs) run.subscribe(follow);

  return {
    ...store, playback, packFor, choose, make, makeSide, makeWithRules, stop,
    /** How often it was stopped; what a stop came in between of is given up. */
    stops: () => stops,
    forget: (): void => store.setState({ problem: null }),
    say: (problem: Problem): void => store.setState({ problem }),
    /** Shows the run of the page as A and, with `other`, a recorded run of the same class and seed as B, where nothing has been chosen yet. */
    async start(other: boolean): Promise<void> {
      const { header } = page.view.run.getState();
      if (!header) return;
      const { manifest: there } = page.session.pack.getState();
      // While no comparison was open the page may have gone on to another pack.
      for (const which of ['a', 'b'] as const) if (there && showsPage(which) && sides()[which].pack.getState().manifest !== there) await choose(which, { kind: 'view' });
      if (store.getState().source.a) return;
      await choose('a', { kind: 'view' });
      if (!other || store.getState().source.b) return;
      const { manifest, manifestUrl, name: own } = page.session.pack.getState();
      await discover();
      const packs = [...store.getState().packs, ...(manifest ? [{ name: own, manifest, manifestUrl }] : [])];
      const alike = await recordedAlike(packs, page.view.run.getState()).catch(() => null);
      if (alike && !store.getState().source.b) await put('b', alike.source, () => ofRecorded(alike.recorded)).catch((error: unknown) => store.setState({ problem: toProblem(error) }));
    },
    discover,
    /** A new run of the page takes the place of the old one on the sides that show it. */
    watchPage: (): (() => void) => page.view.run.subscribe((state: RunState, before: RunState) => {
      if (state.id === before.id || !state.header) return;
      for (const which of ['a', 'b'] as const) if (showsPage(which)) void choose(which, { kind: 'view' });
    }),
    swap(): void {
      const { source, sides: { a, b } } = store.getState();
      asked.a++;
      asked.b++;
      store.setState({ sides: { a: b, b: a }, source: { a: source.b, b: source.a } });
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
        const before = stops;
        if (header) await makeSide(side, requestOf(header), header.pack.name);
        if (before !== stops || store.getState().problem) return;
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
    /** The same class and seed from another pack, with that pack's own settings. */
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
      await makeB({ class: same, seed: header.seed, settings: { ...other.manifest.defaults, guidance, temperature, topK, topP, ...(away >= 0 && away !== same && { against: away }) } }, pack);
    },
    async thresholds(): Promise<void> {
      const { header, events } = sides().a.run.getState();
      const { manifest } = sides().a.pack.getState();
      if (!header || !manifest) return;
      const list = sheetThresholds(manifest.curve, events.map(({ entropy }) => entropy), header.settings.entropyThreshold);
      await make(requestThresholds(list, header), (runs) => store.setState({ sheet: runs.map((run, i) => ({ threshold: list[i]!, run })) }));
    },
    /** Brings a run of the strip in as B. */
    async showTile(index: number): Promise<void> {
      const tile = store.getState().sheet[index];
      if (!tile?.run.getState().header) return;
      await choose('b', { kind: 'made', index: store.getState().made.indexOf(tile.run) });
    },
  };
}
