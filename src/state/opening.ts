import { packHash } from '../../engine/manifest.ts';
import { tokensOf, type RunHeader } from '../../engine/log.ts';
import { classText } from '../../engine/settings.ts';
import { writePermalink } from '../../engine/permalink.ts';
import type { LocalPack, PackAt } from '../packs/readPack.ts';
import { readAddress, writeAddress, type Address } from './address.ts';
import type { Follow } from './follow.ts';
import type { Jobs } from './jobs.ts';
import { checkOf } from './linkCheck.ts';
import type { Loading } from './loading.ts';
import { keepLocalPack } from './localPacks.ts';
import type { createNotices } from './notices.ts';
import { openRun, packOf, remember, type OpenDeps } from './openRun.ts';
import type { PackStore } from './pack.ts';
import { fetchManifest, fetchRecording, manifestAddress } from './packFiles.ts';
import { toPainted } from './pictures.ts';
import { problem, toProblem } from './problem.ts';
import { askAgain } from './recovery.ts';
import type { OpenedRun } from './run.ts';
import type { RunView } from './runView.ts';
import type { Running } from './running.ts';
import type { SettingsStore } from './settings.ts';
import { until } from './until.ts';
import type { ViewStore } from './views.ts';

export interface OpeningDeps {
  base: string;
  hash: () => string;
  replaceHash: (hash: string) => void;
  reducedMotion: () => boolean;
  /** True on a metered connection: ask before the download. */
  metered: () => boolean;
  pack: PackStore;
  settings: SettingsStore;
  view: RunView;
  views: ViewStore;
  notices: ReturnType<typeof createNotices>;
  jobs: Jobs;
  loading: Loading;
  running: Running;
  follow: Follow;
}

/** What comes into view: the pack and run of the address, a recorded run, a run from a file, a pack from a folder. */
export function createOpening(deps: OpeningDeps) {
  const { base, hash, replaceHash, pack, settings, view, views, notices, jobs, loading, running, follow } = deps;
  const { run, playback } = view;
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
    views.follow(address.view, address.step, address.sides);
    try {
      const manifestUrl = manifestAddress(name, base);
      pack.setState({ name, manifestUrl, problem: null });
      const slow = () => notices.replace('slow', [problem('slow', `The pack "${name}" has not arrived yet.`, 'The network is slow or does not answer. It is tried once more.')]);
      const manifest = await fetchManifest(name, manifestUrl, { signal, onSlow: slow });
      const hashOf = await packHash(manifest);
      signal.throwIfAborted();
      settings.init(manifest);
      pack.setState({ manifest, hash: hashOf });
      applyAddress(address);
      const keep = kept;
      kept = null;
      const same = keep ? manifest.classes.findIndex((entry) => entry.id === keep.id) : -1;
      if (keep) settings.setSeed(keep.seed);
      if (keep) settings.setClass(Math.max(0, same));
      // A link's class shows its recorded run until the run of the link is there.
      const wished = manifest.recordings.findIndex((entry) => entry.class === settings.getState().class);
      void showRecording((address.run || keep) && wished >= 0 ? wished : 0, true, !address.run && same < 0);
    } catch (error) {
      if (!signal.aborted) pack.setState({ model: 'failed', problem: toProblem(error) });
      return;
    } finally {
      if (!signal.aborted) notices.replace('slow', []);
    }
    if (address.run) running.wait(settings.firstError() === null && !notices.has('address'));
    if (deps.metered()) pack.setState({ model: 'asking' });
    else await loading.load();
  }

  /** The settings of a link; what cannot be used is named and left at its default. Returns the tokens its run goes on from. */
  function applyAddress(address: Address): readonly number[] {
    const { manifest } = pack.getState();
    if (!manifest) return [];
    const { class: index, seed, values, given, problems } = address.resolve(manifest);
    settings.setAll(values);
    if (index !== null) settings.setClass(index);
    settings.setSeed(String(seed ?? 7));
    notices.replace('address', problems);
    notices.replace('link', []);
    running.want(given ?? []);
    const { class: chosen, seed: used } = settings.getState();
    follow.ask(address.run ? { ...address.extra, of: writeAddress(address.pack, manifest, { class: chosen, seed: used, settings: values, given: given ?? [] }) } : null);
    return given ?? [];
  }

  async function showRecording(index: number, first = false, adopt = false): Promise<void> {
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
      if (adopt && !readAddress(hash()).run) settings.setClass(recorded.run.header.class);
      if (deps.reducedMotion()) playback.seek(Infinity);
      else {
        playback.restart('paused');
        playback.play(false);
      }
    } catch (error) {
      if (pack.getState().manifestUrl === manifestUrl) notices.add('recording', toProblem(error));
    }
  }

  /** Ends everything of the pack in view. False where yet another pack was asked for meanwhile. */
  async function closePack(signal: AbortSignal): Promise<boolean> {
    await running.stopped();
    if (signal.aborted) return false;
    loading.drop();
    run.clear();
    jobs.clear();
    playback.restart('paused');
    pack.setState({ manifest: null, hash: null, report: null, variant: null, progress: null, model: 'idle', problem: null });
    notices.replace('slow', []);
    return true;
  }

  /** Id of the run being painted. */
  let painting: number | null = null;

  /** The picture of a run that was opened without one, once the model is there. */
  async function paintOpened(): Promise<void> {
    const { id, picture, origin, events } = run.getState();
    const client = loading.client();
    if (picture || origin !== 'opened' || !client || pack.getState().model !== 'ready' || painting === id) return;
    painting = id;
    const result = await askAgain(() => client.paint(tokensOf(events)), () => loading.load());
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
    views.follow(address.view, address.step, address.sides);
    const given = applyAddress(address);
    if (address.run && !notices.has('address')) {
      await running.stopped();
      await running.generate(1, given);
    }
  }

  const openDeps: OpenDeps = {
    pack, view, settings, base, hash, replaceHash, stop: running.stopped,
    // The weights may take their time: the manifest is enough to show a run.
    async switchPack() {
      const signal = nextTurn();
      await closePack(signal);
      const there = until(() => {
        const { manifest, hash: known, model } = pack.getState();
        return (manifest !== null && known !== null) || model === 'failed';
      }, pack);
      if (!signal.aborted) void open(signal);
      return there;
    },
    publish: () => follow.publish(run.getState()),
  };

  return {
    open, reopen, paintOpened,
    /** A pack from a folder, zip or address takes the place of the one in view, for this visit. */
    async usePack({ manifest, ...from }: LocalPack | PackAt): Promise<void> {
      const signal = nextTurn();
      const hashOf = await packHash(manifest);
      if (!(await closePack(signal))) return;
      settings.init(manifest);
      pack.setState({ name: manifest.name, manifestUrl: 'files' in from ? keepLocalPack(hashOf, from.files) : from.manifestUrl, manifest, hash: hashOf, variant: null });
      notices.replace('address', []);
      void showRecording(0, true);
      await loading.load();
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
      if (recording >= 0 && origin === 'recorded' && phase !== 'running' && !running.queued()) void showRecording(recording);
    },
    /** A run from a file or the history comes into view; throws what stands in the way and then changes nothing. Returns the way back. */
    async show(opened: OpenedRun): Promise<() => void> {
      const { undo, word } = await openRun(opened, openDeps);
      notices.replace('opened', word ? [word] : []);
      void paintOpened();
      return undo;
    },
    /** Makes a run again from its header, and compares. Throws `pack-missing` and then changes nothing. Returns the way back. */
    async makeAgain(header: RunHeader, digest: string): Promise<() => void> {
      const manifest = await packOf(header, base);
      await running.stopped();
      const undo = remember(openDeps);
      replaceHash(writePermalink({
        pack: header.pack.name, class: header.class > manifest.classes.length ? String(header.class) : classText(manifest, header.class), seed: header.seed, settings: header.settings, check: checkOf(header, digest),
        ...(header.given && { given: header.given }), ...views.extra(),
      }));
      void reopen();
      return undo;
    },
  };
}
