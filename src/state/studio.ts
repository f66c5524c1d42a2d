import { parseSeed } from '../../engine/settings.ts';
import { packHash } from '../../engine/manifest.ts';
import { toTagged } from '../../engine/errors.ts';
import type { RunHeader } from '../../engine/log.ts';
import type { InferenceClientApi } from '../inference/client.ts';
import { readAddress, writeAddress, type Address } from './address.ts';
import { createPack, type BackendChoice } from './pack.ts';
import { fetchManifest, fetchRecording, manifestAddress } from './packFiles.ts';
import { toImage } from './pictures.ts';
import { createPlayback } from './playback.ts';
import { fromFailure, problem, toProblem, type Problem } from './problem.ts';
import { createRun } from './run.ts';
import { createSettings } from './settings.ts';
import { createNotices } from './notices.ts';

export interface StudioDeps {
  client: () => InferenceClientApi;
  /** document.baseURI */
  base: string;
  hash: () => string;
  replaceHash: (hash: string) => void;
  reducedMotion: () => boolean;
  /** True on a metered connection: ask before the download. */
  metered: () => boolean;
  now: () => number;
}

export type Studio = ReturnType<typeof createStudio>;

/** The stores of the page and everything that acts on more than one of them. No React, no DOM but what `deps` gives. */
export function createStudio(deps: StudioDeps) {
  const pack = createPack();
  const settings = createSettings(parseSeed);
  const run = createRun();
  const playback = createPlayback(() => run.getState().count);
  const notices = createNotices();
  let client: InferenceClientApi | null = null;
  let loading: AbortController | null = null;
  /** Generate was pressed, or a link asks for a run, before the model was there. */
  let queued = false;
  const queue = notices.queue;

  const setQueued = (value: boolean) => {
    queued = value;
    queue.setState({ queued: value });
  };

  const growing = () => run.getState().phase === 'running';

  async function open(): Promise<void> {
    const address = readAddress(deps.hash());
    const name = address.pack;
    try {
      const manifestUrl = manifestAddress(name, deps.base);
      pack.setState({ name, manifestUrl, problem: null });
      const manifest = await fetchManifest(name, manifestUrl);
      settings.init(manifest);
      pack.setState({ manifest, hash: await packHash(manifest) });
      applyAddress(address);
      void showRecording(0, true);
    } catch (error) {
      pack.setState({ model: 'failed', problem: toProblem(error) });
      return;
    }
    if (address.run) setQueued(settings.firstError() === null && !notices.has('address'));
    if (deps.metered()) pack.setState({ model: 'asking' });
    else await loadModel();
  }

  /** The settings of a link; what cannot be used is named and left at its default. */
  function applyAddress(address: Address): void {
    const { manifest } = pack.getState();
    if (!manifest) return;
    const { class: index, seed, values, problems } = address.resolve(manifest);
    settings.setAll(values);
    if (index !== null) settings.setClass(index);
    settings.setSeed(String(seed ?? 7));
    notices.replace('address', problems);
  }

  async function showRecording(index: number, first = false): Promise<void> {
    const { manifest, manifestUrl } = pack.getState();
    const recording = manifest?.recordings[index];
    if (!manifest || !recording) return;
    const before = run.getState().id;
    try {
      const { run: recorded, picture } = await fetchRecording(recording, manifestUrl);
      // A run that came in the meantime stays in view, and another class chosen since is waited for.
      if (run.getState().id !== before || (!first && settings.getState().class !== recording.class)) return;
      const { header, events, digest } = recorded;
      run.showRecorded(header, events, digest, recording.title, { image: picture, size: picture.width, cells: events.length });
      if (first && !readAddress(deps.hash()).run) settings.setClass(header.class);
      if (deps.reducedMotion()) playback.seek(events.length);
      else {
        playback.restart('paused');
        playback.play(false);
      }
    } catch (error) {
      notices.add('recording', toProblem(error));
    }
  }

  /** While no run of this visit is in view, a class shows its recorded run at once. */
  function chooseClass(index: number): void {
    settings.setClass(index);
    const { origin, phase } = run.getState();
    const recording = pack.getState().manifest?.recordings.findIndex((entry) => entry.class === index) ?? -1;
    if (recording >= 0 && origin === 'recorded' && phase !== 'running' && !queued) void showRecording(recording);
  }

  async function loadModel(choice: BackendChoice = pack.getState().choice): Promise<void> {
    loading?.abort();
    const mine = new AbortController();
    loading = mine;
    pack.setState({ model: 'loading', choice, progress: null, report: null, problem: null });
    const fail = (reason: Problem) => {
      if (loading !== mine) return;
      setQueued(false);
      pack.setState({ model: 'failed', problem: reason, progress: null });
    };
    try {
      client ??= deps.client();
    } catch (error) {
      fail(toProblem(error));
      return;
    }
    const result = await client.load(
      { manifestUrl: pack.getState().manifestUrl, backend: choice },
      (progress) => loading === mine && pack.setState({ progress }),
      mine.signal,
    );
    if (loading !== mine) return;
    if (!result.ok) {
      fail(fromFailure(result));
      return;
    }
    pack.setState({ model: 'ready', report: result.value, progress: null, hash: result.value.packHash });
    if (queued) void generate();
  }

  async function generate(): Promise<void> {
    const { manifest, model, report, hash } = pack.getState();
    const wrong = settings.firstError();
    if (!manifest || wrong || growing()) return;
    if (model !== 'ready' || !client || !report) {
      setQueued(true);
      if (model === 'failed' || model === 'asking' || model === 'idle') await loadModel();
      return;
    }
    setQueued(false);
    const { values, class: index, seed } = settings.getState();
    const className = manifest.classes[index]?.label ?? `class ${index}`;
    const header: RunHeader = {
      pack: { name: manifest.name, hash: hash ?? '' }, variant: report.variant, backend: report.backend,
      class: index, className, seed, settings: { ...values! }, grid: { ...manifest.grid },
    };
    const id = run.begin(header, `${className}, seed ${seed}`);
    playback.restart('live');
    publish(header);
    const started = deps.now();
    const result = await client.generate(
      { class: index, seed, settings: header.settings },
      (events) => {
        run.append(id, events, deps.now() - started);
        if (run.getState().id === id) playback.follow();
      },
      (picture) => run.paint(id, { image: toImage(picture), size: picture.size, cells: picture.cells }),
    );
    if (result.ok) run.end(id, { complete: result.value.complete, digest: result.value.digest, wallMs: result.value.times.total });
    else if (result.code === 'stopped') run.end(id, { complete: false, digest: null, wallMs: deps.now() - started });
    else run.fail(id, fromFailure(result));
    playback.settle();
    // The worker had to be ended: its files come back from the cache.
    if (!result.ok && (result.code === 'stopped' || result.code === 'worker-lost')) await loadModel();
  }

  /** Ends the run being decoded, or takes back a Generate that waits for the model. */
  async function stop(): Promise<void> {
    if (queued) setQueued(false);
    if (growing()) await client?.stop();
  }

  function publish(header: RunHeader): void {
    const { manifest, name } = pack.getState();
    if (manifest) deps.replaceHash(writeAddress(name, manifest, header));
  }

  /** The address was changed by hand: another pack opens anew, another run of this pack is made. */
  async function reopen(): Promise<void> {
    const address = readAddress(deps.hash());
    if (address.pack !== pack.getState().name || !pack.getState().manifest) {
      await stop();
      loading?.abort();
      client?.dispose();
      client = null;
      run.clear();
      playback.restart('paused');
      pack.setState({ manifest: null, hash: null, report: null, progress: null, model: 'idle', problem: null });
      return open();
    }
    applyAddress(address);
    if (address.run && !notices.has('address')) {
      await stop();
      await generate();
    }
  }

  return {
    reopen,
    pack, settings, run, playback, notices, queue,
    open, loadModel, generate, stop, chooseClass, growing,
    /** The class and settings of the run in view, as the next run's. */
    adoptRun(): void {
      const { header } = run.getState();
      if (!header) return;
      settings.setAll(header.settings);
      settings.setClass(header.class);
      settings.setSeed(String(header.seed));
    },
    reportUnexpected(error: unknown): void {
      const tagged = toTagged(error);
      notices.add('unexpected', problem(tagged.code, tagged.message, 'What is on the page stays. If something no longer answers, reload.'));
    },
    togglePlay(): void {
      const { mode } = playback.getState();
      if (mode === 'paused') playback.play(growing());
      else playback.pause();
    },
  };
}
