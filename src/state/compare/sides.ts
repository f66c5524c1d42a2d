import type { Manifest } from '../../../engine/manifest.ts';
import { checkFits } from '../fits.ts';
import { fetchRecording } from '../packFiles.ts';
import { toProblem } from '../problem.ts';
import type { PlaybackStore } from '../playback.ts';
import type { OpenedRun, RunStore } from '../run.ts';
import { sameTokens } from '../sameTokens.ts';
import type { CompareStore, SideName } from './compareState.ts';
import { ofOpened, ofRecorded, ofStore, type Found } from './found.ts';
import type { ComparePacks } from './packs.ts';
import type { RunSource } from './runSource.ts';

export interface SidesDeps {
  store: CompareStore;
  playback: PlaybackStore;
  packFor: ComparePacks['packFor'];
  /** The run of the page. */
  inView: RunStore;
  /** A run of this browser's history with its picture. */
  readHistory: (id: string) => Promise<OpenedRun>;
}

export type Sides = ReturnType<typeof createSides>;

/** What is shown on the two sides, and where it comes from. */
export function createSides({ store, playback, packFor, inView, readHistory }: SidesDeps) {
  /** Counts what was asked for, so that a late answer is known as one. */
  const asked = { a: 0, b: 0 };
  /** What is on its way to a side. */
  const wanted: Record<SideName, RunSource | null> = { a: null, b: null };
  const sides = () => store.getState().sides;
  const growing = () => sides().a.growing() || sides().b.growing();

  const name = (which: SideName, source: RunSource | null) => store.setState({ source: { ...store.getState().source, [which]: source } });
  /** What was said of the runs before goes when another is asked for. */
  const unsay = () => store.setState({ problem: null });

  const chosen = (which: SideName) => wanted[which] ?? store.getState().source[which];
  const showsPage = (which: SideName) => chosen(which)?.kind === 'view';

  /** Takes the run off a side, and what is on its way there. */
  function letGo(which: SideName): void {
    asked[which]++;
    wanted[which] = null;
    sides()[which].run.clear();
    name(which, null);
  }

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
    wanted[which] = source;
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
    } finally {
      if (mine === asked[which]) wanted[which] = null;
    }
  }

  async function findRecording({ pack, index }: Extract<RunSource, { kind: 'recording' }>): Promise<Found | null> {
    const { manifest, manifestUrl } = await packFor(pack);
    const recording = manifest.recordings[index];
    return recording ? ofRecorded(await fetchRecording(recording, { manifest, manifestUrl })) : null;
  }

  async function findHistory(id: string): Promise<Found> {
    const opened = await readHistory(id);
    checkFits(opened.run, (await packFor(opened.run.header.pack.name)).manifest);
    return ofOpened(opened);
  }

  function find(source: RunSource): Found | null | Promise<Found | null> {
    switch (source.kind) {
      case 'view': return ofStore(inView);
      case 'made': return ofStore(store.getState().made[source.index]);
      case 'recording': return findRecording(source);
      case 'history': return findHistory(source.id);
    }
  }

  /** As `choose`, but nobody asked for it: what was said stays. */
  const bring = (which: SideName, source: RunSource): Promise<void> =>
    put(which, source, () => find(source)).catch((error: unknown) => store.setState({ problem: toProblem(error) }));

  function choose(which: SideName, source: RunSource): Promise<void> {
    unsay();
    return bring(which, source);
  }

  function swap(): void {
    const { source, sides: { a, b } } = store.getState();
    asked.a++;
    asked.b++;
    wanted.a = wanted.b = null;
    store.setState({ sides: { a: b, b: a }, source: { a: source.b, b: source.a } });
  }

  return { put, choose, bring, letGo, swap, chosen, showsPage, growing };
}
