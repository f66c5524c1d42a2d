import { packHash, type Manifest } from '../../engine/manifest.ts';
import { existingClass } from '../../engine/pack-settings.ts';
import type { RunHeader } from '../../engine/log.ts';
import { say, together } from '../../engine/phrase.ts';
import type { LocalPack } from '../../packs/read-pack.ts';
import type { PackAt } from '../packs/packAt.ts';
import { readAddress, writeAddress, type Address } from './address.ts';
import type { AddressBar } from './addressBar.ts';
import { isLocalPack, keepLocalPack } from './localPacks.ts';
import type { Notices } from './notices.ts';
import type { OpenDeps, PackInView } from './openRun.ts';
import { elsewhere, keepElsewhere, packLeft } from './packElsewhere.ts';
import { fetchRecording, manifestAddress } from './packFiles.ts';
import { createPaintOpened } from './paintOpened.ts';
import { toProblem } from './problem.ts';
import type { OpenedRun } from './run.ts';
import { titleOf } from './runRequest.ts';
import type { RunView } from './runView.ts';
import type { PackSession } from './session.ts';
import { FIRST_SEED, type SettingsStore } from './settings.ts';
import type { ToastStore } from './toast.ts';
import { until } from './until.ts';
import type { WayBack } from './wayBack.ts';

export interface OpeningDeps {
  host: {
    /** document.baseURI */
    base: string;
    reducedMotion: () => boolean;
    /** True on a metered connection: ask before the download. */
    metered: () => boolean;
  };
  session: PackSession;
  view: RunView;
  settings: SettingsStore;
  address: AddressBar;
  notices: Notices;
  toast: ToastStore;
  /** Taken by whatever a person asks to see: what was asked for before, and is still on its way, does not come any more. */
  latest: () => () => boolean;
}

/** After what is wrong with the address of a run: another than it was made from is not made unasked. */
const NOT_MADE = say`The image of the link was not generated.`;

/** Class (by its id) and seed of one pack, to take into the next. */
interface Kept {
  id: string | undefined;
  seed: string;
}

/** What comes into view: the pack and run of the address, a recorded run, a run from a file, a pack from a folder. */
export function createOpening({ host: { base, reducedMotion, metered }, session, view, settings, address: bar, notices, toast, latest }: OpeningDeps) {
  const { pack } = session;
  const { run, playback } = view;
  const { hash, replaceHash, views } = bar;
  const paintOpened = createPaintOpened(run, session);
  /** Of runs that were opened; fetched with the first. */
  let wayBack: WayBack | null = null;
  /** What the next pack that is opened takes over. */
  let kept: Kept | null = null;
  /** The pack being opened; whatever opens another ends it, so that the last one asked for wins. */
  let turn = new AbortController();

  function nextTurn(): AbortSignal {
    turn.abort();
    turn = new AbortController();
    return turn.signal;
  }

  const offerWayBack = async (...offer: Parameters<WayBack>) => {
    wayBack ??= (await import('./wayBack.ts')).createWayBack({ run, toast, latest });
    return wayBack(...offer);
  };

  function keptNow(): Kept {
    const { class: index, seedText } = settings.getState();
    const { manifest } = pack.getState();
    // After a pack that could not be read it is still the one of the pack before.
    return { id: manifest ? manifest.classes[index]?.id : kept?.id, seed: seedText };
  }

  /** The next run's class and seed in a pack that has just come: what was kept, where the pack has that class, else the class of its first recorded run. */
  function takeOver({ classes, recordings }: Manifest, keep: Kept | null): void {
    const same = keep ? classes.findIndex(({ id }) => id === keep.id) : -1;
    settings.setClass(same >= 0 ? same : existingClass(classes.length, ...recordings.map((entry) => entry.class)));
    if (keep) settings.setSeed(keep.seed);
  }

  /** In a pack that has just come: the recorded run of the class that is set, else the first one. */
  function showFirst({ recordings }: Manifest): void {
    const recorded = recordings.findIndex((entry) => entry.class === settings.getState().class);
    void showRecording(Math.max(0, recorded), true);
  }

  /** In a pack that has just come: the run of the address, which is made where `makes`. */
  function begin(address: Address, manifest: Manifest, makes: boolean): void {
    const given = applyAddress(address, makes);
    const keep = kept;
    kept = null;
    if (!address.run) takeOver(manifest, keep);
    // A link's class shows its recorded run until the run of the link is there.
    showFirst(manifest);
    if (makes) session.wait(settings.firstError() === null && !notices.has('address') ? () => settings.requests(1, given) : null);
  }

  /** What the address names; its view opens. `opened`: see `views.set`. */
  function look(opened: boolean): Address {
    const address = readAddress(hash());
    views.set(address.view, address.step, address.sides, opened);
    return address;
  }

  /** `make`: as the address says, with its run; else the pack of this site that it names. */
  async function open(signal = nextTurn(), make = true): Promise<void> {
    const address = look(make);
    const from = make ? elsewhere(address.pack) : null;
    if (from !== null) return leave(address.pack, from);
    const found = await session.read(address.pack, base, signal);
    if (!found) return;
    const { manifest, hash: hashOf } = found;
    settings.init(manifest);
    session.use({ manifest, hash: hashOf });
    keepElsewhere(null);
    begin(address, manifest, address.run && make);
    await loadOrAsk();
  }

  /** The pack is not opened unasked: one from a device is chosen again, for another the question comes at once. */
  function leave(name: string, manifestUrl: string): void {
    pack.setState({ name, manifestUrl, model: 'failed', problem: packLeft(name, manifestUrl) });
    if (isLocalPack(manifestUrl)) return;
    void import('../packs/packAt.ts').then(({ openPackAt }) => openPackAt({ notices, usePack }, manifestUrl, base))
      .catch((error: unknown) => notices.replace('pack', [toProblem(error)]));
  }

  async function loadOrAsk(): Promise<void> {
    if (metered()) pack.setState({ model: 'asking' });
    else await session.load();
  }

  /** Fills the settings from a manifest that is at hand. */
  function adopt({ manifest, ...from }: PackInView): void {
    const { name } = manifest;
    settings.init(manifest);
    session.use({ name, manifest, ...from });
    keepElsewhere(from.manifestUrl === manifestAddress(name, base) ? null : { name, ...from });
  }

  /** A pack whose manifest is at hand, in the place of the one that was closed. */
  function take({ manifest, ...from }: PackInView, keep: Kept | null): void {
    adopt({ manifest, ...from });
    notices.replace('address', []);
    takeOver(manifest, keep);
    showFirst(manifest);
  }

  /** The settings of a link; what cannot be used is named and left at its default. A seed that was typed stays where it names no run. Returns the tokens its run goes on from. */
  function applyAddress(address: Address, makes = address.run): readonly number[] {
    const { manifest } = pack.getState();
    if (!manifest) return [];
    const { class: index, seed, values, given, problems } = address.resolve(manifest, settings.getState().class);
    if (index !== null) settings.setClass(index);
    settings.setAll(values);
    if (address.run) settings.setSeed(String(seed ?? FIRST_SEED));
    notices.replace('address', makes ? problems.map((one) => ({ ...one, message: together([one.message, NOT_MADE]) })) : problems);
    notices.replace('link', []);
    const { class: chosen, seed: used } = settings.getState();
    bar.ask(makes ? { ...address.extra, of: writeAddress(address.pack, manifest, { class: chosen, seed: used, settings: values, given: given ?? [] }) } : null);
    return given ?? [];
  }

  /** first: the pack has just come, so no class was chosen since. */
  async function showRecording(index: number, first = false): Promise<void> {
    const { manifest, manifestUrl } = pack.getState();
    const recording = manifest?.recordings[index];
    if (!manifest || !recording) return;
    const before = run.getState().id;
    try {
      const recorded = await fetchRecording(recording, { manifest, manifestUrl });
      // A run that came in the meantime stays in view, as does another pack, and another class chosen since is waited for.
      if (pack.getState().manifestUrl !== manifestUrl) return;
      if (run.getState().id !== before || (!first && settings.getState().class !== recording.class)) return;
      view.run.showRecorded(recorded);
      notices.replace('recording', []);
      if (reducedMotion()) playback.seek(Infinity);
      else {
        playback.restart('paused');
        playback.play(false);
      }
    } catch (error) {
      if (pack.getState().manifestUrl === manifestUrl) notices.replace('recording', [toProblem(error)]);
    }
  }

  /** Ends everything of the pack in view. False where yet another pack was asked for meanwhile. */
  async function closePack(signal: AbortSignal): Promise<boolean> {
    const address = hash();
    await session.stopped();
    if (signal.aborted) return false;
    // A run that ends writes its own address; the pack that comes next is named by the one that was there.
    replaceHash(address);
    run.clear();
    session.close();
    playback.restart('paused');
    return true;
  }

  /** The address was changed by hand: another pack opens anew, another run of this pack is made. */
  async function reopen(): Promise<void> {
    const wanted = latest();
    const address = readAddress(hash());
    if (address.pack !== pack.getState().name || !pack.getState().manifest) {
      const signal = nextTurn();
      return (await closePack(signal)) ? open(signal) : undefined;
    }
    // An address of the pack alone changes the view: the run in view and the settings stay, and it names them again.
    if (address.bare) {
      notices.replace('address', []);
      return bar.arrive(run.getState());
    }
    views.set(address.view, address.step, address.sides, true);
    const given = applyAddress(address);
    if (address.run && !notices.has('address')) {
      await session.stopped();
      if (wanted()) await session.generate(() => settings.requests(1, given));
    }
  }

  // The weights may take their time: the manifest is enough to show a run.
  async function switchPack(to?: PackInView): Promise<void> {
    const signal = nextTurn();
    await closePack(signal);
    const there = until(() => {
      const { manifest, hash: known, model } = pack.getState();
      return (manifest !== null && known !== null) || model === 'failed';
    }, pack);
    if (!signal.aborted && to) {
      look(false);
      take(to, null);
      void loadOrAsk();
    } else if (!signal.aborted) void open(signal, false);
    return there;
  }
  /** Returns the way back, which the toast offers, too; null where something else was asked for meanwhile. Throws what stands in the way. */
  async function openWithWayBack(opened: OpenedRun, wanted = latest()): Promise<(() => void) | null> {
    const { openRun } = await import('./openRun.ts');
    const shown = await openRun(opened, openDeps, wanted);
    if (!shown) return null;
    const { undo, word } = shown;
    const back = await offerWayBack(say`Opened ${titleOf(opened.run.header)}.`, undo);
    notices.beforeRun();
    notices.replace('opened', word ? [word] : []);
    void paintOpened();
    return back;
  }
  const openDeps: OpenDeps = { session, view, settings, address: bar, base, switchPack, reopen };

  /** A pack from a folder, zip or address takes the place of the one in view, for this visit. */
  async function usePack({ manifest, ...from }: LocalPack | PackAt): Promise<void> {
    latest();
    const signal = nextTurn();
    const keep = keptNow();
    const address = readAddress(hash());
    const { manifest: before, model } = pack.getState();
    const awaited = before === null && model === 'failed' && address.pack === manifest.name;
    const hashOf = await packHash(manifest);
    if (!(await closePack(signal))) return;
    const found = { manifest, manifestUrl: 'files' in from ? keepLocalPack(hashOf, from.files) : from.manifestUrl, hash: hashOf, variant: null };
    if (awaited) {
      adopt(found);
      begin(address, manifest, address.run);
    } else {
      replaceHash(bar.ofPack(manifest.name));
      take(found, keep);
    }
    await session.load();
  }

  return {
    open, reopen, paintOpened, usePack,
    /** Opens another pack; view, class and seed stay, the class where that pack has it. Resolves when its manifest is there or could not be read. */
    choosePack(name: string): Promise<void> {
      latest();
      kept = keptNow();
      replaceHash(bar.ofPack(name));
      return switchPack();
    },
    /** While no run of this visit is in view, a class shows its recorded run at once. */
    chooseClass(index: number): void {
      settings.setClass(index);
      const { origin, phase } = run.getState();
      const recording = pack.getState().manifest?.recordings.findIndex((entry) => entry.class === index) ?? -1;
      if (recording >= 0 && origin === 'recorded' && phase !== 'running' && !session.queue.getState().queued) void showRecording(recording);
    },
    /** A run from a file or the history comes into view, with a way back in the toast; throws what stands in the way and then changes nothing. */
    async show(coming: OpenedRun | Promise<OpenedRun>): Promise<void> {
      const wanted = latest();
      const opened = await coming;
      const from = hash();
      let back = wanted() ? await openWithWayBack(opened, wanted) : null;
      if (!back) return;
      const redo = () => void openWithWayBack(opened).then((again) => { back = again; }, (error: unknown) => notices.replace('opened', [toProblem(error)]));
      bar.visit?.(from, hash(), { undo: () => back?.(), redo });
    },
    /** What is in view and set now, its pack too; the returned function brings it back. */
    remember: async (): Promise<() => Promise<void>> => (await import('./openRun.ts')).remember(openDeps),
    /** Says what came into view, with a way back while it is there. */
    offerWayBack,
    /** Makes a run again from its header, and compares, with a way back in the toast. Throws `pack-missing` and then changes nothing. */
    async makeAgain(header: RunHeader, digest: string): Promise<void> {
      const wanted = latest();
      const undo = await (await import('./openRun.ts')).makeAgain(header, digest, openDeps, wanted);
      if (!undo) return;
      const comes = (its: RunHeader) => its.pack.name === header.pack.name && its.class === header.class && its.seed === header.seed;
      await offerWayBack(say`Generating ${titleOf(header)} again: this file contains only its settings.`, undo, comes);
    },
  };
}
