import type { TokenEvent } from '../../../engine/log.ts';
import type { Rules } from '../../../engine/patchify.ts';
import { editedEvents } from '../../../engine/scored.ts';
import { repatch, rulesOf } from '../../../engine/whatif.ts';
import type { PaintedPicture, RunStore } from '../run.ts';
import type { EditStore } from './edit.ts';
import type { WhatIfStore } from './whatIf.ts';

/** What every view draws: the log in view, with edits and other rules applied. */
export interface Shown {
  /** Changes whenever anything below does. */
  version: number;
  events: readonly TokenEvent[];
  /** The same tokens with the boundaries they were decoded with. */
  decoded: readonly TokenEvent[];
  rules: Rules | null;
  whatIf: boolean;
  edited: boolean;
  /** Tokens whose entropies, and so boundaries, are known: after an edit the model has to score the rest first. */
  known: number;
  /** Cells from here on are sampled again when an edited run goes on. */
  keep: number;
  picture: PaintedPicture | null;
}

interface Stores {
  run: Pick<RunStore, 'getState'>;
  whatIf: Pick<WhatIfStore, 'getState'>;
  edit: Pick<EditStore, 'getState'>;
}

/** Of all views together: where a drawing goes from one view to another its version differs, too. */
let versions = 0;

/** The composition of run, edits and what-if rules; computed again only when one of them has changed. */
export function createShown({ run, whatIf, edit }: Stores): () => Shown {
  let key: readonly unknown[] = [];
  let shown: Shown = { version: 0, events: [], decoded: [], rules: null, whatIf: false, edited: false, known: 0, keep: 0, picture: null };
  return () => {
    const { header, events, count, picture } = run.getState();
    const { rules } = whatIf.getState();
    const { draft, entropies, picture: painted } = edit.getState();
    const next = [events, count, picture, rules, draft, entropies, painted];
    if (next.every((part, i) => part === key[i])) return shown;
    key = next;
    const width = header?.grid.width ?? 1;
    const decoded = draft && header ? editedEvents(events, draft.tokens, entropies, header.settings, width) : events;
    const first = decoded === events ? -1 : decoded.findIndex((event, i) => event.token !== events[i]?.token);
    shown = {
      known: first >= 0 && !entropies ? first + 1 : decoded.length,
      version: ++versions, decoded, events: rules ? repatch(decoded, rules, width) : decoded,
      rules: rules ?? (header && rulesOf(header.settings)), whatIf: rules !== null, edited: draft !== null,
      keep: draft?.keep ?? count, picture: (draft && painted) ?? picture,
    };
    return shown;
  };
}
