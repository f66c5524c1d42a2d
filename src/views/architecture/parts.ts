import type { Stage, TokenEvent } from '../../../engine/log.ts';
import { tokens as counted } from '../../lib/counts.ts';
import { chance, fixed, milliseconds, nats } from '../../lib/format.ts';
import { reasonWords } from '../../lib/reasons.ts';
import { t } from '../../text/t.ts';

/** Of the model, as in the paper's Fig. 3. */
export type PartName = 'entropy' | 'gate' | 'encoder' | 'patch' | 'decoder' | 'token';

export interface Part {
  name: PartName;
  /** False where the part was not needed for this token. */
  ran: boolean;
  /** What it did, in a word or a figure. */
  short: string;
  /** What it did, in a sentence. */
  detail: string;
}

/** How long a part ran for token `at`; nothing where its pass settled other tokens, too, as the time is theirs as well. */
const took = (events: readonly TokenEvent[], at: number, stage: Stage): string => {
  const { pass, times } = events[at] ?? {};
  const shared = pass !== undefined && (events[at - 1]?.pass === pass || events[at + 1]?.pass === pass);
  const ms = shared ? undefined : times?.[stage];
  return ms === undefined ? '' : ` ${t('It took {time}.', { time: milliseconds(ms) })}`;
};

/**
 * What each part of the model did for token `at`, in the order of the paper's Fig. 3. `threshold`: E_th in nats where the
 * entropy gate is on; `tokens`: T. The entropy of a token was computed, and timed, with the token before it.
 */
export function partsOf(events: readonly TokenEvent[], at: number, threshold: number | null, tokens: number): Part[] {
  const event = events[at]!;
  const last = at === tokens - 1;
  const opens = event.opens.length > 0;
  const reason = reasonWords(event.opens);
  return [
    {
      name: 'entropy', ran: event.entropy !== null, short: event.entropy === null ? t('n/a') : nats(event.entropy),
      detail: event.entropy === null
        ? t('The first token has no prediction, so no entropy; a run with one token per patch needs none.')
        : t('Before token {at} existed, the small model was {entropy} uncertain about it.', { at: at + 1, entropy: nats(event.entropy) }) + took(events, at - 1, 'entropy'),
    },
    {
      name: 'gate', ran: true, short: opens ? t('opens') : t('joins'),
      detail: opens
        ? t('It opened a patch here: {reason}.', { reason })
        : threshold === null
          ? t('It let this token join the open patch.')
          : t('It let this token join the open patch: {entropy} is at most {threshold}.', { entropy: nats(event.entropy), threshold: fixed(threshold, 2) }),
    },
    {
      name: 'patch', ran: opens, short: opens ? t('step {n}', { n: event.patch + 1 }) : t('skipped'),
      detail: opens
        ? t('The patch transformer ran: its step {n} for {tokens} so far.', { n: event.patch + 1, tokens: counted(at + 1) }) + took(events, at, 'patchTransformer')
        : t('The patch transformer did not run: its last step still serves this patch. This is what DPAR saves.'),
    },
    {
      name: 'decoder', ran: true, short: t('predicts'),
      detail: t('It predicted token {at} from the tokens before it and the step of its patch.', { at: at + 1 }) + took(events, at, 'decoder'),
    },
    {
      name: 'token', ran: true, short: String(event.token),
      detail: event.source === 'given' ? t('Token {at} was given: code {token}.', { at: at + 1, token: event.token }) : t('Code {token} was sampled; its probability was {p}.', { token: event.token, p: chance(event.logprob) }),
    },
    {
      name: 'encoder', ran: !last, short: last ? t('not needed') : t('reads it'),
      detail: last ? t('Nothing comes after this token that would need it.') : t('It read the new token, for the decoder and for the patch it belongs to.') + took(events, at, 'encoder'),
    },
  ];
}
