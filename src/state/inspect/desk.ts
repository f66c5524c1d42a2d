import type { StoreApi } from 'zustand/vanilla';
import type { RunHeader, TokenEvent } from '../../../engine/log.ts';
import { quote, say, type Phrase, type Value } from '../../../engine/phrase.ts';
import { rgbaToPicture } from '../../../engine/picture.ts';
import { scoredEvents } from '../../../engine/scored.ts';
import { meanEntropy, rulesOf } from '../../../engine/whatif.ts';
import type { LoadProgress } from '../../../workers/messages.ts';
import { centreCrop, clampCrop, type Crop } from '../../lib/crop.ts';
import { cutPicture, type Cut } from '../../lib/cutPicture.ts';
import { oncePer } from '../../lib/oncePer.ts';
import { readPicture, type Source } from '../../lib/readPicture.ts';
import { toPainted } from '../pictures.ts';
import type { PlaybackStore } from '../playback.ts';
import { fromFailure, toProblem } from '../problem.ts';
import type { RunStore } from '../run.ts';
import type { RunView } from '../runView.ts';
import { headerOf, requestOf } from '../runRequest.ts';
import type { PackSession } from '../session.ts';
import type { SettingsStore } from '../settings.ts';
import type { Studio } from '../studio.ts';
import type { ToastStore } from '../toast.ts';
import { NO_PICTURE, type DeskState } from './deskState.ts';
import { unfamiliar } from './unfamiliar.ts';

export interface DeskDeps {
  store: StoreApi<DeskState>;
  session: Pick<PackSession, 'client' | 'jobs' | 'load' | 'pack' | 'stopped' | 'settle' | 'idle' | 'ask'>;
  view: { run: RunStore; playback: PlaybackStore; edit: Pick<RunView['edit'], 'ask'> };
  settings: SettingsStore;
  toast: Pick<ToastStore, 'say'>;
  /** Default: what this browser can read. */
  read?: (file: Blob, name: Value) => Promise<Source>;
  cut?: (source: Source, crop: Crop, size: number) => Cut;
}

export type Desk = ReturnType<typeof createDesk>;

/** A picture of the person's own: cut, turned into tokens, scored, and shown as a run whose tokens were all given. */
export function createDesk({ store, session, view: { run, playback, edit }, settings, toast, read = readPicture, cut = cutPicture }: DeskDeps) {
  const { pack } = session;
  /** Later work overtakes earlier: answers under an old ticket are dropped. */
  let ticket = 0;
  let work: Promise<void> = Promise.resolve();
  /** Something else waits for the model: probabilities can come later. */
  let yielding = 0;
  /** The decoder steps through a picture's tokens; for a while also after the picture was taken away. */
  let probing = false;

  run.subscribe((state) => {
    const { runId, phase } = store.getState();
    if (runId !== null && state.id !== runId) {
      store.setState({ runId: null, ...(phase === 'probing' && { phase: 'done' }) });
    }
  });
  pack.subscribe((state, before) => {
    const { phase } = store.getState();
    if (state.manifest !== before.manifest && phase !== 'idle') close();
    else if (phase === 'waiting' && state.model === 'ready') void afterRuns(ticket);
    else if (phase === 'waiting' && state.model === 'failed') store.setState({ phase: 'failed', problem: state.problem });
  });

  /** A picture that waited for the model leaves the runs that waited, too, their turn: it was asked for before them, or is no hurry. */
  async function afterRuns(mine: number): Promise<void> {
    await session.idle();
    if (mine === ticket && pack.getState().model === 'ready') await process();
  }

  function close(): void {
    ticket++;
    if (probing) void session.client()?.stop();
    store.setState({ ...NO_PICTURE, class: store.getState().class });
  }

  /** Cuts, encodes and scores the picture, one at a time and the newest crop last. */
  function process(): Promise<void> {
    const mine = ++ticket;
    work = work.then(() => (mine === ticket ? encode(mine) : undefined)).catch((error: unknown) => {
      if (mine === ticket) store.setState({ phase: 'failed', problem: toProblem(error) });
    });
    return work;
  }

  async function encode(mine: number): Promise<void> {
    const { source, crop } = store.getState();
    const { manifest, model } = pack.getState();
    if (!source || !crop || !manifest) return;
    const { rgba, image } = cut(source, crop, manifest.image.size);
    store.setState({ original: image, problem: null });
    const client = session.client();
    if (model !== 'ready' || !client) {
      store.setState({ phase: 'waiting' });
      if (model !== 'loading') void session.load();
      return;
    }
    if (session.jobs.getState().running) toast.say(say`The run was stopped for the picture. History keeps what there is of it.`);
    await session.stopped();
    await session.settle({ except: desk });
    if (mine !== ticket) return;
    store.setState({ phase: 'working' });
    const onProgress = (progress: LoadProgress) => store.setState({ progress });
    const tokenized = await session.ask(client, () => client.tokenize(rgbaToPicture(rgba, manifest.image.size), onProgress));
    const scored = tokenized.ok ? await session.ask(client, () => client.score(tokenized.value.tokens, onProgress)) : tokenized;
    if (mine !== ticket) return;
    store.setState({ progress: null });
    if (!tokenized.ok || !scored.ok) {
      const failed = tokenized.ok ? scored : tokenized;
      store.setState({ phase: 'failed', problem: failed.ok ? null : fromFailure(failed) });
      return;
    }
    const { tokens, psnr, reconstruction } = tokenized.value;
    const header = headerOfGiven(tokens);
    const events = scoredEvents(tokens, scored.value, rulesOf(header.settings), manifest.grid.width);
    const pin = store.getState().runId === run.getState().id ? playback.getState().pin : null;
    const runId = run.showGiven(header, events, store.getState().name, toPainted(reconstruction));
    playback.restart('paused');
    playback.seek(Infinity);
    if (pin !== null) playback.pinCell(pin);
    store.setState({ runId, psnr, words: unfamiliar(manifest, psnr, meanEntropy(events) ?? 0) });
    await probe(mine, runId);
  }

  /** Plain probabilities of the class: no guidance, no filters. */
  function headerOfGiven(tokens: readonly number[]): RunHeader {
    const { manifest, hash, report } = pack.getState();
    const index = store.getState().class;
    const plain = { ...settings.getState().values!, guidance: 1, against: undefined, temperature: 1, topK: 0, topP: 1 };
    return headerOf({ class: index, seed: 0, settings: plain, given: tokens }, manifest!, hash, report!);
  }

  /** Steps the decoder through the given tokens: what it would have thought of each. */
  async function probe(mine: number, runId: number): Promise<void> {
    const { header } = run.getState();
    const client = session.client();
    if (!header || !client || yielding > 0 || run.getState().id !== runId) return store.setState({ phase: 'done' });
    store.setState({ phase: 'probing' });
    let events: TokenEvent[] = [];
    probing = true;
    const result = await session.ask(client, () => {
      events = [];
      return client.generate([requestOf(header)], (_, more) => events.push(...more), () => undefined);
    }).finally(() => { probing = false; });
    if (mine !== ticket) return;
    // With one token per patch the decoder runs without the entropy model: its entropies of the picture stay.
    const scored = run.getState().events;
    // No pass decoded its tokens.
    if (result.ok && result.value[0]!.complete) run.rescore(runId, events.map((event, i) => ({ ...event, pass: undefined, entropy: event.entropy ?? scored[i]?.entropy ?? null })));
    const failed = !result.ok && result.code !== 'stopped' && result.code !== 'aborted';
    store.setState({ phase: 'done', ...(failed && { problem: fromFailure(result) }) });
    edit.ask();
  }

  /** Ends a probe under way, so that something else can run. */
  async function settle(): Promise<void> {
    yielding++;
    if (probing) await session.client()?.stop();
    await work;
    yielding--;
  }

  async function start(name: Phrase, classIndex: number, read: () => Promise<Source>): Promise<void> {
    const mine = ++ticket;
    await settle();
    if (mine !== ticket) return;
    const before = store.getState();
    store.setState({ ...NO_PICTURE, phase: 'reading', name, class: classIndex });
    try {
      const source = await read();
      if (mine !== ticket) return;
      store.setState({ source, crop: centreCrop(source) });
    } catch (error) {
      // A picture that is in view stays when the next one cannot be read.
      if (mine === ticket) store.setState({ ...(before.runId !== null && { ...before, phase: 'done' }), ...(before.runId === null && { phase: 'failed' }), problem: toProblem(error) });
      return;
    }
    await process();
  }

  const desk = {
    ...store,
    /** A file, dropped, pasted or picked; its probabilities are those of no class until one is chosen. */
    open(file: Blob, fileName: string): Promise<void> {
      const name = fileName === '' ? say`The pasted picture` : quote(fileName);
      return start(name, pack.getState().manifest?.classes.length ?? 0, () => read(file, name));
    },
    /** One of the pack's own pictures. */
    openTile: (name: Phrase, classIndex: number, read: () => Promise<Source>) => start(name, classIndex, read),
    /** Shows the new crop at once; the model gets the newest one. */
    async setCrop(crop: Crop): Promise<void> {
      const { source } = store.getState();
      const size = pack.getState().manifest?.image.size ?? 1;
      if (!source) return;
      store.setState({ crop: clampCrop(crop, source, Math.min(size, source.width, source.height)) });
      ticket++;
      await settle();
      await process();
    },
    async setClass(index: number): Promise<void> {
      store.setState({ class: index });
      ticket++;
      await settle();
      await process();
    },
    /** The model is at work for it. */
    busy: (): boolean => probing || store.getState().phase === 'working',
    settle,
    /** Its work as it stands has come to its end. */
    answered: (): Promise<void> => work,
    /** What went wrong has been read. */
    forget(): void {
      store.setState({ problem: null, ...(store.getState().phase === 'failed' && { phase: 'idle' }) });
    },
    close,
  };
  return desk;
}

/** The desk of the page. */
export const deskOf = oncePer(({ session, view, settings, toast, desk: store }: Studio): Desk => {
  const desk = createDesk({ store, session, view, settings, toast });
  session.addAsker(desk);
  return desk;
});
