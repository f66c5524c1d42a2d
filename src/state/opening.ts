import { packHash } from '../../engine/manifest.ts';
import { tokensOf, type RunHeader } from '../../engine/log.ts';
import { writePermalink } from '../../engine/permalink.ts';
import type { LocalPack } from '../../packs/read-pack.ts';
import type { PackAt } from '../packs/packAt.ts';
import { readAddress, writeAddress, type Address } from './address.ts';
import type { AddressBar } from './addressBar.ts';
import { keepLocalPack } from './localPacks.ts';
import type { Notices } from './notices.ts';
import type { OpenDeps } from './openRun.ts';
import { fetchRecording } from './packFiles.ts';
import { toPainted } from './pictures.ts';
import { toProblem } from './problem.ts';
import { askAgain } from './recovery.ts';
import type { OpenedRun } from './run.ts';
import type { RunView } from './runView.ts';
import type { PackSession } from './session.ts';
import type { SettingsStore } from './settings.ts';
import { until } from './until.ts';

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
}

/** What comes into view: the pack and run of the address, a recorded run, a run from a file, a pack from a folder. */
export function createOpening({ host: { base, reducedMotion, metered }, session, view, settings, address: bar, notices }: OpeningDeps) {
  const { pack } = session;
  const { run, playback } = view;
  const { hash, replaceHash, views } = bar;
  /** Class (by its id) and seed to take into the next pack. */
  let kept: { id: string | undefined; seed: string } | null = null;
  /** The pack being opened; whatever opens another ends it, so that the last one asked for wins. */
  let turn = new AbortController();

  function nextTurn(): AbortSignal {
    turn.abort();
    turn = new AbortController();
    return turn.signal;
  }

  async function open(signal = nextTurn()): Promise<void> {
    const address = readAddress(hash());
    const name = address.pack;
    views.set(address.view, address.step, address.sides);
    const found = await session.read(name, base, signal);
    if (!found) return;
    const { manifest, hash: hashOf } = found;
    settings.init(manifest);
    session.use({ manifest, hash: hashOf });
    const given = applyAddress(address);
    const keep = kept;
    kept = null;
    const same = keep ? manifest.classes.findIndex((entry) => entry.id === keep.id) : -1;
    if (keep) settings.setSeed(keep.seed);
    if (keep) settings.setClass(Math.max(0, same));
    // A link's class shows its recorded run until the run of the link is there.
    const recorded = manifest.recordings.findIndex((entry) => entry.class === settings.getState().class);
    void showRecording((address.run || keep) && recorded >= 0 ? recorded : 0, { first: true, adopt: !address.run && same < 0 });
    if (address.run) session.wait(settings.firstError() === null && !notices.has('address') ? () => settings.requests(1, given) : null);
    if (metered()) pack.setState({ model: 'asking' });
    else await session.load();
  }

  /** The settings of a link; what cannot be used is named and left at its default. Returns the tokens its run goes on from. */
  function applyAddress(address: Address): readonly number[] {
    const { manifest } = pack.getState();
    if (!manifest) return [];
    const { class: index, seed, values, given, problems } = address.resolve(manifest, settings.getState().class);
    if (index !== null) settings.setClass(index);
    settings.setAll(values);
    settings.setSeed(String(seed ?? 7));
    notices.replace('address', problems);
    notices.replace('link', []);
    const { class: chosen, seed: used } = settings.getState();
    bar.ask(address.run ? { ...address.extra, of: writeAddress(address.pack, manifest, { class: chosen, seed: used, settings: values, given: given ?? [] }) } : null);
    return given ?? [];
  }

  /** first: the pack has just come, so no class was chosen since. adopt: the settings take its class. */
  async function showRecording(index: number, { first = false, adopt = false } = {}): Promise<void> {
    const { manifest, manifestUrl } = pack.getState();
    const recording = manifest?.recordings[index];
    if (!manifest || !recording) return;
    const before = run.getState().id;
    try {
      const recorded = await fetchRecording(recording, manifestUrl);
      // A run that came in the meantime stays in view, as does another pack, and another class chosen since is waited for.
      if (pack.getState().manifestUrl !== manifestUrl) return;
      if (run.getState().id !== before || (!first && settings.getState().class !== recording.class)) return;
      view.showRecorded(recorded);
      notices.replace('recording', []);
      if (adopt && !readAddress(hash()).run) settings.setClass(recorded.run.header.class);
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
    await session.stopped();
    if (signal.aborted) return false;
    run.clear();
    session.close();
    playback.restart('paused');
    return true;
  }

  /** Id of the run being painted. */
  let painting: number | null = null;

  /** The picture of a run that was opened without one, once the model is there. */
  async function paintOpened(): Promise<void> {
    const { id, picture, origin, events } = run.getState();
    const client = session.client();
    if (picture || origin !== 'opened' || !client || pack.getState().model !== 'ready' || painting === id) return;
    painting = id;
    const result = await askAgain(() => client.paint(tokensOf(events)), () => session.load());
    painting = null;
    if (result.ok) run.paint(id, toPainted(result.value));
  }

  /** The address was changed by hand: another pack opens anew, another run of this pack is made. */
  async function reopen(): Promise<void> {
    const address = readAddress(hash());
    if (address.pack !== pack.getState().name || !pack.getState().manifest) {
      const signal = nextTurn();
      return (await closePack(signal)) ? open(signal) : undefined;
    }
    views.set(address.view, address.step, address.sides);
    const given = applyAddress(address);
    if (address.run && !notices.has('address')) {
      await session.stopped();
      await session.generate(() => settings.requests(1, given));
    }
  }

  // The weights may take their time: the manifest is enough to show a run.
  async function switchPack(): Promise<void> {
    const signal = nextTurn();
    await closePack(signal);
    const there = until(() => {
      const { manifest, hash: known, model } = pack.getState();
      return (manifest !== null && known !== null) || model === 'failed';
    }, pack);
    if (!signal.aborted) void open(signal);
    return there;
  }
  const openDeps: OpenDeps = { session, view, settings, address: bar, base, switchPack, reopen };

  return {
    open, reopen, paintOpened,
    /** A pack from a folder, zip or address takes the place of the one in view, for this visit. */
    async usePack({ manifest, ...from }: LocalPack | PackAt): Promise<void> {
      const signal = nextTurn();
      const hashOf = await packHash(manifest);
      if (!(await closePack(signal))) return;
      settings.init(manifest);
      session.use({ name: manifest.name, manifestUrl: 'files' in from ? keepLocalPack(hashOf, from.files) : from.manifestUrl, manifest, hash: hashOf, variant: null });
      notices.replace('address', []);
      void showRecording(0, { first: true });
      await session.load();
    },
    /** Opens another pack; view, class and seed stay, the class where that pack has it. */
    choosePack(name: string): Promise<void> {
      const { class: index, seedText } = settings.getState();
      kept = { id: pack.getState().manifest?.classes[index]?.id, seed: seedText };
      const { view, step } = views.extra();
      replaceHash(writePermalink({ pack: name, settings: {}, ...(view && { view }), ...(step && { step }) }));
      return reopen();
    },
    /** While no run of this visit is in view, a class shows its recorded run at once. */
    chooseClass(index: number): void {
      settings.setClass(index);
      const { origin, phase } = run.getState();
      const recording = pack.getState().manifest?.recordings.findIndex((entry) => entry.class === index) ?? -1;
      if (recording >= 0 && origin === 'recorded' && phase !== 'running' && !session.queue.getState().queued) void showRecording(recording);
    },
    /** A run from a file or the history comes into view; throws what stands in the way and then changes nothing. Returns the way back. */
    async show(opened: OpenedRun): Promise<() => void> {
      const { openRun } = await import('./openRun.ts');
      const from = hash();
      const { undo, word } = await openRun(opened, openDeps);
      bar.visit?.(from, hash(), undo);
      notices.beforeRun();
      notices.replace('opened', word ? [word] : []);
      void paintOpened();
      return undo;
    },
    /** Makes a run again from its header, and compares. Throws `pack-missing` and then changes nothing. Returns the way back. */
    makeAgain: async (header: RunHeader, digest: string): Promise<() => void> => (await import('./openRun.ts')).makeAgain(header, digest, openDeps),
  };
}
