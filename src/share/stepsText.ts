import type { TokenEvent } from '../../engine/log.ts';
import type { Kind } from '../../engine/manifest.ts';
import { patchSteps, tokens } from '../lib/counts.ts';
import { t } from '../text/t.ts';

/** "104 patch-transformer steps for 168 tokens"; of a plain transformer (`gpt`), which makes a step for each, the tokens alone. */
export function stepsText(events: readonly Pick<TokenEvent, 'opens'>[], kind: Kind): string {
  if (kind === 'gpt') return tokens(events.length);
  return t('{steps} for {tokens}', { steps: patchSteps(events.filter(({ opens }) => opens.length > 0).length), tokens: tokens(events.length) });
}
