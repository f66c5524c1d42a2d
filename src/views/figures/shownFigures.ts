import type { RunHeader } from '../../../engine/log.ts';
import type { Manifest } from '../../../engine/manifest.ts';
import { figuresAt, type Figures } from '../../../engine/view.ts';
import { speedOf } from '../../state/compare/table.ts';
import type { Shown } from '../../state/inspect/shown.ts';
import type { RunState } from '../../state/run.ts';

export interface ShownFigures {
  /** Of what is drawn: the run, or its tokens under other rules. */
  now: Figures;
  /** Of the run as decoded, while other rules are tried out. */
  decoded: Figures | null;
}

/** Figures of the first `cursor` tokens as shown. */
export function shownFigures(shown: Shown, at: number, manifest: Manifest, header: RunHeader): ShownFigures {
  const cursor = Math.min(at, shown.known);
  const now = figuresAt(shown.events, cursor, manifest, { ...header.settings, ...shown.rules });
  return { now, decoded: shown.whatIf ? figuresAt(shown.decoded, cursor, manifest, header.settings) : null };
}

/** Tokens per second of what is shown: by the clock for a whole run made here, as in Compare; of edited tokens only the decoded ones took time. */
export function shownSpeed(figures: Figures, run: Pick<RunState, 'origin' | 'wallMs' | 'count'>, { edited }: Pick<Shown, 'edited'>): number | null {
  // Nothing was generated.
  if (run.origin === 'given') return null;
  if (edited) return figures.tokensPerSecond;
  return speedOf({ figures, run });
}
