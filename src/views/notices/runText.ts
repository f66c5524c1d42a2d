import { tokens } from '../../lib/counts.ts';
import type { Origin, RunState } from '../../state/run.ts';
import { t, translated } from '../../text/t.ts';

const SHOWING = {
  recorded: 'Showing a recorded run: {title}.', opened: 'Showing an earlier run: {title}.', given: 'Showing your picture: {title}.',
} as const satisfies Record<Exclude<Origin, 'generated'>, string>;

/** The state of the run in view in one sentence, empty where there is none. */
export function runText({ phase, origin, title: phrase, count: total }: Pick<RunState, 'phase' | 'origin' | 'title' | 'count'>): string {
  const title = translated(phrase);
  switch (phase) {
    case 'empty': return '';
    case 'running': return t('Decoding {title}.', { title });
    case 'complete': return origin === 'generated' ? t('{title} is finished: {total} tokens.', { title, total }) : t(SHOWING[origin], { title });
    case 'stopped': return t('Stopped after {tokens}.', { tokens: tokens(total) });
    case 'failed': return t('The run failed.');
  }
}
