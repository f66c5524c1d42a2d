import { fetchRecordedRun, withPicture, type KnownPack } from '../packFiles.ts';
import type { OpenedRun, RunState } from '../run.ts';
import type { RunSource } from './runSource.ts';

/**
 * The first recorded run with the class and the seed of a run, and its source: two ways to one picture, so that what
 * differs comes of the way. Packs are searched in order; a recording with the run's own digest is the same run, and is
 * passed over. Null for none. Throws where a recording cannot be fetched.
 */
export async function recordedAlike(packs: readonly KnownPack[], { header, digest }: Pick<RunState, 'header' | 'digest'>): Promise<{ source: RunSource; recorded: OpenedRun } | null> {
  for (const pack of packs) {
    const { name, manifest } = pack;
    const ofClass = [...manifest.recordings.entries()].filter(([, entry]) => manifest.classes[entry.class]?.label === header?.className);
    for (const [index, recording] of ofClass) {
      const run = await fetchRecordedRun(recording, pack);
      if (run.header.seed === header?.seed && run.digest !== digest) return { source: { kind: 'recording', pack: name, index }, recorded: await withPicture(run, recording, pack) };
    }
  }
  return null;
}
