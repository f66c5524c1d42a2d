import { createStore } from 'zustand/vanilla';
import type { Manifest } from '../../engine/manifest.ts';
import { summary } from '../../engine/statistics.ts';
import type { BrowserBackend } from '../../engine/log.ts';
import type { Measured, MeasureProgress, Way } from '../../workers/messages.ts';
import { measureAlone } from './measureAlone.ts';
import { manifestAddress } from './packFiles.ts';
import type { PackSession } from './session.ts';
import type { ComparedWay } from './worth.ts';
import type { Phrase } from '../../engine/phrase.ts';

export interface TimeHere {
  /** Milliseconds for an image: median and quartiles. */
  ms: number;
  low: number;
  high: number;
  /** The device was too slow to finish an image: its time is that of a part, in proportion. */
  estimated: boolean;
}

/** Times of whole images on this device, all on one backend. */
export interface TimesHere {
  backend: BrowserBackend;
  ways: Partial<Record<ComparedWay, TimeHere>>;
}

export interface WorthTimesState {
  /** Progress of a measurement under way; null when there is none. */
  running: { progress: MeasureProgress | null } | null;
  /** Why the last one came to nothing. */
  failure: Phrase | null;
  /** By pack, hash and variant. */
  measured: { of: string; times: TimesHere } | null;
}

const WAYS: Record<Way, ComparedWay | null> = { dynamic: 'dynamic', static: 'static', gpt: 'plain', single: null };

/** Medians over the images of each way. `tokens`: of a whole image. */
export function timesOf(measured: readonly Measured[], tokens: number): TimesHere | null {
  const [first] = measured;
  if (!first) return null;
  const ways: TimesHere['ways'] = {};
  for (const [name, way] of Object.entries(WAYS)) {
    const images = measured.filter((image) => image.way === name && image.backend === first.backend && image.tokens.length > 0);
    if (!way || images.length === 0) continue;
    const { median, q1, q3 } = summary(images.map((image) => (image.ms * tokens) / image.tokens.length));
    ways[way] = { ms: median, low: q1, high: q3, estimated: images.some((image) => image.tokens.length < tokens) };
  }
  return { backend: first.backend, ways };
}

export type WorthTimes = ReturnType<typeof createWorthTimes>;

/** Times of the three ways of the verdict, measured on the page's own model. A run that is asked for ends the measurement. `free`: called when the model is free again. */
export function createWorthTimes(session: Pick<PackSession, 'pack' | 'client' | 'comeBack' | 'addAsker' | 'settle'>, base: string, free: () => void) {
  const store = createStore<WorthTimesState>(() => ({ running: null, failure: null, measured: null }));
  let abort = new AbortController();
  let ended: Promise<void> = Promise.resolve();
  const busy = () => store.getState().running !== null;
  const loaded = (): string => {
    const { model, report } = session.pack.getState();
    return model === 'ready' && report ? `${report.packHash}/${report.variant}/${report.backend}` : '';
  };

  async function run(plain: Manifest | null): Promise<void> {
    const [client, of] = [session.client(), loaded()];
    const { manifest } = session.pack.getState();
    if (!client || of === '' || !manifest) return;
    abort = new AbortController();
    store.setState({ running: { progress: null }, failure: null });
    const result = await measureAlone(session, {
      client, abort, free,
      request: { only: ['dynamic', 'static', 'gpt'], ...(plain && { baseline: { manifestUrl: manifestAddress(plain.name, base) } }) },
      onProgress: (progress) => store.setState({ running: { progress } }),
    });
    const times = result.ok ? timesOf(result.value.measured, manifest.grid.tokens) : null;
    const failure = result.ok ? result.value.failures[0]?.reason ?? null : result.code === 'aborted' ? null : result.message;
    store.setState({ running: null, failure, ...(times && { measured: { of, times } }) });
  }

  return {
    ...store,
    /** Times of the pack that is loaded now; null where they were not measured. */
    current(): TimesHere | null {
      const { measured } = store.getState();
      return measured && measured.of === loaded() ? measured.times : null;
    },
    /** The loaded pack is this one, so that it can be measured. */
    ready: (pack: Manifest): boolean => loaded() !== '' && session.pack.getState().manifest?.name === pack.name,
    /** `plain`: the pack of the plain transformer, which is fetched where it is not there; null for none. */
    measure(plain: Manifest | null): Promise<void> {
      if (!busy()) ended = run(plain);
      return ended;
    },
    cancel: () => abort.abort(),
  };
}
