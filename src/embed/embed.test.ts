import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunHeader, TokenEvent } from '../../engine/log.ts';
import type { Manifest } from '../../engine/manifest.ts';
import { createNotices } from '../state/notices.ts';
import { createPack } from '../state/pack.ts';
import { createRun } from '../state/run.ts';
import { reportEvents, toParent, type EmbedEvent } from './events.ts';
import { readEmbedParams } from './params.ts';
import { say } from '../../engine/phrase.ts';
import { recordedOf } from '../state/testing/recordedOf.ts';

describe('parameters', () => {
  it('are read only when the page is asked to be embedded', () => {
    expect(readEmbedParams('?theme=dark')).toBeNull();
    expect(readEmbedParams('?embed=0')).toBeNull();
    expect(readEmbedParams('?embed')).toEqual({ theme: null, stage: 'both', run: 'click', autoplay: true, language: null });
    expect(readEmbedParams('?embed&theme=dark&stage=entropy&run=auto&autoplay=0')).toEqual({ theme: 'dark', stage: 'entropy', run: 'auto', autoplay: false, language: null });
  });
  it('that are not understood stay at their default', () => {
    expect(readEmbedParams('?embed=1&theme=pink&stage=__proto__&run=constructor')).toEqual({ theme: null, stage: 'both', run: 'click', autoplay: true, language: null });
  });
});

describe('events', () => {
  const header = { class: 1, className: 'Forest', seed: 3, grid: { width: 2, tokens: 4 } } as RunHeader;
  const token = { t: 0 } as TokenEvent;
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('report the pack, the progress at most ten times a second, and the end with its digest', () => {
    const [pack, run] = [createPack(), createRun()];
    const sent: EmbedEvent[] = [];
    reportEvents({ pack, run }, createNotices(), (event) => sent.push(event));
    pack.setState({ manifest: { name: 'nano' } as Manifest });
    run.showRecorded(recordedOf(header, [token], 'recorded'));
    const id = run.begin(header);
    for (let i = 1; i <= 4; i++) {
      run.append(id, [token], i);
      vi.advanceTimersByTime(30);
    }
    run.end(id, { complete: true, digest: 'd1', wallMs: 1 });
    vi.advanceTimersByTime(200);
    const ours = { source: 'dpar-studio', version: 1 };
    expect(sent[0]).toEqual({ ...ours, type: 'ready', pack: 'nano' });
    expect(sent.filter(({ type }) => type === 'progress').length).toBeLessThanOrEqual(2);
    expect(sent.at(-1)).toEqual({ ...ours, type: 'finished', complete: true, digest: 'd1', class: 'Forest', seed: 3, tokens: 4 });
    expect(sent.filter(({ type }) => type === 'finished')).toHaveLength(1);
  });

  it('report a failure once', () => {
    const [pack, run] = [createPack(), createRun()];
    const sent: EmbedEvent[] = [];
    reportEvents({ pack, run }, createNotices(), (event) => sent.push(event));
    pack.setState({ model: 'failed', problem: { code: 'pack-missing', message: say`There is no pack.` } });
    pack.setState({ progress: null });
    expect(sent).toEqual([{ source: 'dpar-studio', version: 1, type: 'failed', code: 'pack-missing', message: 'There is no pack.' }]);
  });

  it('report an address whose run is not made, once for each address', () => {
    const [notices, sent] = [createNotices(), [] as EmbedEvent[]];
    const wrong = { code: 'unknown-class', message: say`There is no class.` };
    notices.replace('address', [wrong]);
    reportEvents({ pack: createPack(), run: createRun() }, notices, (event) => sent.push(event));
    notices.add('storage', { code: 'storage-full', message: say`There is no room.` });
    const failed = { source: 'dpar-studio', version: 1, type: 'failed', code: 'unknown-class', message: 'There is no class.' };
    expect(sent).toEqual([failed]);
    notices.replace('address', []);
    notices.replace('address', [wrong]);
    expect(sent, 'the next address').toEqual([failed, failed]);
  });

  it('go to the parent only, and to its origin where it is known', () => {
    const post = vi.fn();
    const inside = (referrer: string) => ({ parent: { postMessage: post }, document: { referrer } }) as unknown as Window;
    toParent(inside('https://blog.test/a/b'))!({} as EmbedEvent);
    toParent(inside(''))!({} as EmbedEvent);
    expect(post.mock.calls.map(([, origin]) => origin)).toEqual(['https://blog.test', '*']);
    const alone = {} as { parent: unknown };
    alone.parent = alone;
    expect(toParent(alone as unknown as Window)).toBeNull();
  });
});
