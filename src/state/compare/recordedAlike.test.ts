import { expect, it, vi } from 'vitest';
import type { RunHeader } from '../../../engine/log.ts';
import { tinyManifest } from '../../../engine/testing/manifest.ts';
import type { KnownPack } from '../packFiles.ts';
import { recordedAlike } from './recordedAlike.ts';

const fetched = vi.hoisted(() => {
  const run = ({ id }: { id: string }) => ({ header: { seed: id === 'other-seed' ? 8 : 7 }, digest: id });
  return { fetchRecordedRun: async (recording: { id: string }) => run(recording), withPicture: async (it: unknown) => ({ run: it }) };
});
vi.mock('../packFiles.ts', () => fetched);

const pack = (...ids: string[]): KnownPack => {
  const manifest = { ...tinyManifest(), recordings: ids.map((id) => ({ id, class: 2 })) } as unknown as KnownPack['manifest'];
  return { name: 'tiny', manifest, manifestUrl: 'https://studio.test/tiny/manifest.json' };
};
const run = (digest: string | null) => ({ header: { className: 'River', seed: 7 } as RunHeader, digest });

it('passes over the recording that has the digest of the run, wherever it stands', async () => {
  const packs = [pack('other-seed', 'mine', 'dynamic')];
  expect((await recordedAlike(packs, run('mine')))?.source).toEqual({ kind: 'recording', pack: 'tiny', index: 2 });
  expect((await recordedAlike(packs, run('dynamic')))?.source).toEqual({ kind: 'recording', pack: 'tiny', index: 1 });
  expect((await recordedAlike(packs, run('never recorded')))?.source).toEqual({ kind: 'recording', pack: 'tiny', index: 1 });
  expect((await recordedAlike(packs, run(null)))?.source).toEqual({ kind: 'recording', pack: 'tiny', index: 1 });
  expect(await recordedAlike([pack('other-seed', 'mine')], run('mine'))).toBeNull();
});
