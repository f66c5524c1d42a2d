import { toTagged } from '../../engine/errors.ts';
import type { RunHeader } from '../../engine/log.ts';
import type { Manifest } from '../../engine/manifest.ts';
import { readPermalink, writePermalink } from '../../engine/permalink.ts';
import { checkSettings, resolveClass, type Settings } from '../../engine/settings.ts';
import { problem, type Problem } from './problem.ts';

export const DEFAULT_PACK = 'eurosat';

export interface Address {
  pack: string;
  /** The address names a run (class or seed): opening it makes the run again. */
  run: boolean;
  /** What the address asks for, on top of the pack's defaults; every part that cannot be used is named. */
  resolve(manifest: Manifest): { class: number | null; seed: number | null; values: Settings; problems: Problem[] };
}

const NEXT = 'Choose it on this page; the address follows with the next run.';

export function readAddress(hash: string): Address {
  const { value, problems } = readPermalink(hash);
  return {
    pack: value.pack ?? DEFAULT_PACK,
    run: value.class !== undefined || value.seed !== undefined,
    resolve(manifest) {
      const found = problems.map((text) => problem('bad-address', `In the address: ${text}`, NEXT));
      let index: number | null = null;
      if (value.class !== undefined) {
        try {
          index = resolveClass(manifest, value.class);
        } catch (error) {
          found.push(problem('unknown-class', `In the address: ${toTagged(error).message}`, 'Pick a class on this page and press Generate.'));
        }
      }
      let values: Settings = { ...manifest.defaults, ...value.settings };
      try {
        checkSettings(manifest, values);
      } catch (error) {
        values = { ...manifest.defaults };
        found.push(problem('bad-setting', `In the address: ${toTagged(error).message}`, 'The settings of the pack are used.'));
      }
      return { class: index, seed: value.seed ?? null, values, problems: found };
    },
  };
}

/** The hash that opens this run again. */
export function writeAddress(pack: string, manifest: Manifest, run: Pick<RunHeader, 'class' | 'seed' | 'settings'>): string {
  const id = manifest.classes[run.class]?.id ?? String(run.class);
  return writePermalink({ ...(pack !== DEFAULT_PACK && { pack }), class: id, seed: run.seed, settings: run.settings }, manifest.defaults);
}
