/** The run in view made again under other rules: with what settings, and whether its pack can make it. */
import type { Manifest } from '../../../engine/manifest.ts';
import { checkSettings } from '../../../engine/pack-settings.ts';
import type { Rules } from '../../../engine/patchify.ts';
import type { Settings } from '../../../engine/settings.ts';
import { toProblem, type Problem } from '../problem.ts';
import type { RunState } from '../run.ts';

/** Settings of the run under other rules. A picture's run has none of its own but these: it takes those of the `page`. Null without a run, or before any settings are known. */
export function settingsUnder(rules: Rules | null, { header, origin }: Pick<RunState, 'header' | 'origin'>, page: Settings | null): Settings | null {
  const own = origin === 'given' ? page : header?.settings;
  return header && own ? { ...own, ...rules } : null;
}

/** Why the pack cannot generate with these settings; null where it can. */
export function refusal(manifest: Pick<Manifest, 'grid' | 'model' | 'kind' | 'defaults'>, settings: Settings): Problem | null {
  try {
    checkSettings(manifest, settings);
    return null;
  } catch (error) {
    return toProblem(error);
  }
}
