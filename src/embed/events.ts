import { english } from '../../engine/phrase.ts';
import type { Problem } from '../state/problem.ts';
import { atMostEvery } from '../lib/frames.ts';
import type { Notices } from '../state/notices.ts';
import type { RunView } from '../state/runView.ts';

/** What the embedded view reports to the page around it (docs/embed.md). */
export type EmbedEvent = { source: 'dpar-studio'; version: 1 } & (
  | { type: 'ready'; pack: string }
  | { type: 'progress'; tokens: number; total: number }
  | { type: 'finished'; complete: boolean; digest: string | null; class: string; seed: number; tokens: number }
  | { type: 'failed'; code: string; message: string }
);
type Body = EmbedEvent extends infer E ? (E extends unknown ? Omit<E, 'source' | 'version'> : never) : never;

const PROGRESS_MS = 100;

/** Reports the runs of this page to `send`; returns what ends that. Nothing is ever read from the page around. */
export function reportEvents({ pack, run }: Pick<RunView, 'pack' | 'run'>, notices: Pick<Notices, 'getState' | 'subscribe'>, send: (event: EmbedEvent) => void): () => void {
  const report = (body: Body) => send({ source: 'dpar-studio', version: 1, ...body } as EmbedEvent);
  let ready = '';
  /** Id of the last run whose end was told, and the words of the last failure since a start. */
  let ended = -1;
  let failed = '';
  /** Id of what was told last of an address. */
  let address = 0;
  const pace = atMostEvery(PROGRESS_MS, () => {
    const { count, header, phase } = run.getState();
    if (header && phase === 'running') report({ type: 'progress', tokens: count, total: header.grid.tokens });
  });
  const onPack = () => {
    const { manifest, model, problem } = pack.getState();
    if (manifest && manifest.name !== ready) report({ type: 'ready', pack: (ready = manifest.name) });
    if (model === 'loading') failed = '';
    if (problem) fail(problem);
  };
  const fail = ({ code, ...problem }: Problem) => {
    const message = english(problem.message);
    if (failed !== message) report({ type: 'failed', code, message: (failed = message) });
  };
  /** An address that cannot be used as it stands: its run is not made. */
  const onNotices = () => {
    const wrong = notices.getState().list.find(({ source }) => source === 'address');
    if (!wrong || wrong.id === address) return;
    address = wrong.id;
    report({ type: 'failed', code: wrong.code, message: english(wrong.message) });
  };
  const onRun = () => {
    const { id, phase, origin, header, digest, count, problem } = run.getState();
    if (phase === 'running') {
      failed = '';
      pace.request();
    }
    if (phase === 'failed' && problem) fail(problem);
    if ((phase !== 'complete' && phase !== 'stopped') || origin !== 'generated' || !header || ended === id) return;
    ended = id;
    report({ type: 'finished', complete: phase === 'complete', digest, class: header.className, seed: header.seed, tokens: count });
  };
  onPack();
  onNotices();
  const ends = [pack.subscribe(onPack), run.subscribe(onRun), notices.subscribe(onNotices), pace.cancel];
  return () => ends.forEach((end) => end());
}

/** To the page that holds the frame and to nobody else; its origin is the referrer's where the browser gives it. */
export function toParent(window: Pick<Window, 'parent' | 'document'>): ((event: EmbedEvent) => void) | null {
  if (window.parent === (window as unknown)) return null;
  let origin = '*';
  try {
    origin = new URL(window.document.referrer).origin;
  } catch {
    // The page around keeps its address to itself. The events hold nothing secret.
  }
  return (event) => window.parent.postMessage(event, origin);
}
