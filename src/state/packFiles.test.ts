import { afterEach, expect, test, vi } from 'vitest';
import { RunLog, runToJson, SAMPLER, type TokenEvent } from '../../engine/log.ts';
import { sha256, utf8 } from '../../engine/sha256.ts';
import { tinyManifest } from '../../engine/testing/manifest.ts';
import { fetchRecordedRun, withPicture } from './packFiles.ts';

afterEach(() => vi.unstubAllGlobals());

const manifest = tinyManifest();
const manifestUrl = 'https://example.org/models/tiny/manifest.json';
const events = Array.from({ length: manifest.grid.tokens }, (_, t): TokenEvent => ({
  t, token: 1, entropy: t === 0 ? null : 1, opens: t === 0 ? ['first'] : ['full'], source: 'sampled', patch: t, logprob: -1, classLogprob: -1, alternatives: [[1, 0.5]], times: {},
}));

/** A recording of a whole run of class 1, of which the manifest says this class. */
function recorded(index: number, change: (text: string) => string = (text) => text) {
  const header = { pack: { name: 'tiny', hash: '' }, variant: 'fp32', backend: 'cpu', class: 1, className: 'Sea or lake', seed: 7, settings: manifest.defaults, grid: manifest.grid, sampler: SAMPLER } as const;
  const text = change(runToJson(new RunLog(header, events).toRun()));
  vi.stubGlobal('fetch', async () => new Response(text));
  const run = { path: 'recordings/a.json', bytes: utf8(text).length, sha256: sha256(utf8(text)) };
  return fetchRecordedRun({ id: 'a', title: 'A', class: index, run, picture: manifest.golden }, { manifest, manifestUrl });
}

test('a recording of another class than its manifest says is named', async () => {
  expect((await recorded(1)).header.class).toBe(1);
  await expect(recorded(2)).rejects.toMatchObject({ code: 'run-invalid', message: expect.stringContaining('recordings/a.json cannot be shown. It is of class 1, manifest.json says 2') });
});

test('a recording that is no run of the pack is named', async () => {
  await expect(recorded(1, (text) => text.replace('"dpar-run"', '"other"'))).rejects.toMatchObject({ code: 'run-invalid', message: expect.stringContaining('recordings/a.json cannot be shown. This run cannot be read') });
});

test('a recorded picture that is none is named', async () => {
  const run = await recorded(1);
  vi.stubGlobal('createImageBitmap', async () => { throw new DOMException('The source image could not be decoded.', 'InvalidStateError'); });
  vi.stubGlobal('fetch', async () => new Response('no picture'));
  const picture = { path: 'recordings/a.png', bytes: 10, sha256: sha256(utf8('no picture')) };
  await expect(withPicture(run, { id: 'a', title: 'A', class: 1, run: manifest.golden, picture }, { manifestUrl })).rejects.toMatchObject({ message: expect.stringContaining('recordings/a.png is no picture') });
});
