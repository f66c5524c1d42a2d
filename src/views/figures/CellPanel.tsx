import { useEffect } from 'react';
import { passesAt, patchesAt, type PatchView } from '../../../engine/view.ts';
import type { RunHeader, TokenEvent } from '../../../engine/log.ts';
import { decodesWithNullEntropies, type Manifest } from '../../../engine/manifest.ts';
import type { Rules } from '../../../engine/patchify.ts';
import { fixed, nats, probability } from '../../lib/format.ts';
import { reasonWords } from '../../lib/reasons.ts';
import { rich, symbols } from '../../text/rich.tsx';
import { t } from '../../text/t.ts';
import { handFocus } from '../../ui/handFocus.ts';
import { Icon } from '../../ui/Icon.tsx';
import { lookedAt, rowAndColumn } from '../cell.ts';
import { useEdit, usePack, usePlayback, useRun, useRunView, useWhatIf } from '../context.ts';
import { NARROW } from '../media.ts';
import { useSharedPasses } from '../sharedPasses.ts';
import { CodeTile } from './CodeTile.tsx';
import { Alternatives } from './Alternatives.tsx';
import { hasFilters } from './sampledAs.ts';

/** The cell pointed at, else the one pinned, else the last one shown. `onPut`: an alternative can be put in its place. */
export function CellPanel({ onPut }: { onPut?: (cell: number, token: number) => void }) {
  const { shown, playback } = useRunView();
  // The panel above renders on frames; a pick has to show at once.
  usePlayback((state) => state.pick);
  const pin = usePlayback((state) => state.pin);
  // On a phone the details open from below: the picture moves up, so that the cell stays in sight.
  useEffect(() => {
    if (pin !== null && matchMedia(NARROW).matches) document.querySelector('.stage')?.scrollIntoView({ block: 'start' });
  }, [pin]);
  useRun((state) => state.events);
  useWhatIf((state) => state.rules);
  useEdit((state) => state.draft);
  useEdit((state) => state.entropies);
  const manifest = usePack((state) => state.manifest);
  const header = useRun((state) => state.header);
  const width = manifest?.grid.width ?? 16;
  const shared = useSharedPasses();
  const { events, decoded, known, whatIf, rules } = shown();
  /** As decoded, a plain transformer has none. */
  const patches = manifest?.kind !== 'gpt' || whatIf;
  const room = { 'data-passes': shared || undefined, 'data-plain': !patches || undefined };
  const at = lookedAt(events.length, playback.getState());
  const event = at === null ? undefined : events[at];
  if (at === null || !event) {
    return <section className="cell-panel" {...room}><h2 className="heading">{t('Cell')}</h2><p className="muted">{t('Point at a cell of the picture or the map.')}</p></section>;
  }
  const patch = patchesAt(events, events.length, width)[event.patch];
  const before = decoded[at]!;
  const differs = whatIf && manifest?.kind !== 'gpt' && (before.opens.length > 0) !== (event.opens.length > 0);
  return (
    <section className={pin === at ? 'cell-panel pinned' : 'cell-panel'} {...room} aria-label={t('Cell')}>
      <h2 className="heading">{t('Cell, row {row}, column {column}', rowAndColumn(at, width))}</h2>
      <div className="cell-token">
        <CodeTile token={event.token} />
        <p><span className="muted">{t('Token')}</span> <b data-cell-figure="token">{event.token}</b><br /><span className="muted">{sourceText(event)}</span></p>
        {pin === at && <button type="button" className="button quiet small" onClick={(event) => { handFocus(event, '.cell-grid [tabindex="0"]'); playback.pinCell(null); }}><Icon name="close" size={14} />{t('Unpin')}</button>}
      </div>
      <dl className="facts">
        <div><dt>{t('Entropy')} {manifest && <small>{entropyBy(manifest)}</small>}</dt><dd data-cell-figure="entropy">{nats(event.entropy)}</dd></div>
        <div><dt>{t('Probability')} {manifest && <small>{probabilityBy(manifest, header)}</small>}</dt><dd data-cell-figure="probability">{chosenWith(event)}</dd></div>
        {patches && (at < known
          ? <div><dt>{t('Patch {index}', { index: event.patch + 1 })}</dt><dd data-cell-figure="patch">{patch ? spanText(patch, at) : ''}</dd></div>
          : <div><dt>{t('Patch')}</dt><dd>{t('known once the edit has been scored')}</dd></div>)}
        {shared && passText(decoded, at)}
        {/* Of one line or two: last, so that nothing below it moves while cells pass by. */}
        {patches && at < known && <div><dt>{event.opens.length > 0 ? t('Opens a patch') : t('Joins')}</dt><dd data-cell-figure="opens">{event.opens.length > 0 ? symbols(reasonWords(event.opens)) : joinsText(event, rules)}</dd></div>}
        {differs && <div className="decoded-line"><dt>{t('Decoded')}</dt><dd>{before.opens.length > 0 ? symbols(t('opened: {reason}', { reason: reasonWords(before.opens) })) : t('joined')}</dd></div>}
      </dl>
      <Alternatives event={event} onPut={onPut && ((token) => onPut(at, token))} />
    </section>
  );
}

/** Entropy and probability come of different models: which. A probability is that of the distribution sampled from, temperature and filters included. */
const entropyBy = (manifest: Manifest) => (decodesWithNullEntropies(manifest) ? t('without the class') : t('entropy model'));

function probabilityBy(manifest: Manifest, header: RunHeader | null) {
  const guided = header !== null && header.settings.guidance !== 1;
  const filtered = header !== null && hasFilters(header.settings);
  if (decodesWithNullEntropies(manifest)) return filtered ? t('as sampled') : guided ? t('guided') : t('with the class');
  if (manifest.kind === 'gpt') return filtered ? t('transformer, as sampled') : guided ? t('transformer, guided') : t('transformer');
  return filtered ? t('decoder, as sampled') : guided ? t('decoder, guided') : t('decoder');
}

/** Which pass settled it. */
function passText(events: readonly TokenEvent[], at: number) {
  const own = passesAt(events, events.length).find(({ end }) => at < end);
  if (!own) return null;
  return <div><dt>{t('Pass {pass}', { pass: own.pass })}</dt><dd data-cell-figure="pass">{own.end - own.start > 1 ? t('tokens {first}–{last}', { first: own.start + 1, last: own.end }) : t('this token alone')}</dd></div>;
}

const sourceText = (event: TokenEvent) => (t(event.source === 'given' ? 'given, not sampled' : 'sampled'));

/** Why it joins: with the entropy gate on, its entropy against the threshold. */
function joinsText({ entropy }: TokenEvent, rules: Rules | null) {
  if (entropy === null || !rules?.entropyGate) return t('no rule opens one');
  return rich('{entropy} is at most E_th {threshold}', { entropy: fixed(entropy, 2), threshold: fixed(rules.entropyThreshold, 2) });
}

/** "4th of 4, columns 3–6", counted from 1. */
function spanText(patch: PatchView, at: number): string {
  if (patch.length === 1) return t('this cell alone');
  const last = patch.cells.at(-1)!;
  const where = patch.cells.length > 1 ? t('row {row}, {start} to row {lastRow}, {end}', { row: patch.row + 1, start: patch.columns.start + 1, lastRow: last.row + 1, end: last.end + 1 }) : t('columns {start}–{end}', { start: patch.columns.start + 1, end: patch.columns.end + 1 });
  return t('{ordinal} of {length}, {where}', { ordinal: ordinal(at - patch.start + 1), length: patch.length, where });
}

function chosenWith({ logprob, source, alternatives }: TokenEvent): string {
  if (logprob !== null) return probability(Math.exp(logprob));
  if (source === 'sampled') return t('n/a');
  return t(alternatives.length > 0 ? 'not among the five most likely' : 'not computed yet');
}

const ORDINALS = ['{n}th', '{n}st', '{n}nd', '{n}rd'] as const;
const ordinal = (n: number) => t(n % 100 > 10 && n % 100 < 14 ? '{n}th' : ORDINALS[n % 10] ?? '{n}th', { n });
