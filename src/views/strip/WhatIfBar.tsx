import { boundaryChanges, hasEntropies } from '../../../engine/whatif.ts';
import type { Rules } from '../../../engine/patchify.ts';
import { boundaries } from '../../lib/counts.ts';
import { fixed } from '../../lib/format.ts';
import { refusal, settingsUnder } from '../../state/inspect/underRules.ts';
import { rich, symbols } from '../../text/rich.tsx';
import { decimal, translated, t } from '../../text/t.ts';
import { handFocus, useHandFocus } from '../../ui/handFocus.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Toggle } from '../../ui/Toggle.tsx';
import { useEdit, useMaking, usePack, useRun, useRunView, useSettings, useWhatIf, useWorkbench } from '../context.ts';

const changedRules = (now: Rules, before: Rules): string => {
  const words: string[] = [];
  if (now.entropyThreshold !== before.entropyThreshold) words.push(`E_th ${fixed(now.entropyThreshold, 2)}`);
  if (now.maxPatchLength !== before.maxPatchLength) words.push(`P_max ${now.maxPatchLength}`);
  if (now.entropyGate !== before.entropyGate) words.push(t(now.entropyGate ? 'entropy gate on' : 'entropy gate off'));
  if (now.lengthGate !== before.lengthGate) words.push(`P_max ${t(now.lengthGate ? 'on' : 'off')}`);
  if (now.rowReset !== before.rowReset) words.push(t(now.rowReset ? 'row reset on' : 'row reset off'));
  if (now.staticLength !== before.staticLength && !now.entropyGate && !now.lengthGate && !now.rowReset) words.push(t('static patches of {length}', { length: decimal(String(now.staticLength ?? '–')) }));
  return words.join(', ');
};

/** Under the strip while other rules are tried out: what they change, and the ways on. */
export default function WhatIfBar() {
  const { whatIf, shown } = useRunView();
  const { studio, view, generateWithThis } = useWorkbench();
  const rules = useWhatIf((state) => state.rules);
  const compare = useWhatIf((state) => state.compare);
  const header = useRun((state) => state.header);
  const running = useMaking();
  const origin = useRun((state) => state.origin);
  const manifest = usePack((state) => state.manifest);
  const page = useSettings((state) => state.values);
  // A picture's run takes seed and settings from the fields of the page; every other has its own, and so has another view.
  const typed = origin === 'given' && view === studio.view;
  const wrong = useSettings((state) => Object.values(state.errors)[0]);
  // It goes with the run that is made.
  const bar = useHandFocus<HTMLDivElement>('.strip-plot', '.strip');
  useEdit((state) => state.draft);
  if (!rules || !header || !manifest) return null;
  const { decoded, events } = shown();
  const { added, removed } = boundaryChanges(decoded, events);
  const values = settingsUnder(rules, { header, origin }, page);
  const problem = (values && refusal(manifest, values)) ?? (typed ? wrong : undefined);
  const off = running || problem !== undefined;
  // A plain transformer has no patches to generate with.
  const makes = manifest.kind !== 'gpt';
  const blind = rules.entropyGate && !hasEntropies(events);
  return (
    <div ref={bar} className="whatif-bar" role="group" aria-label={t('What-if')}>
      <p>
        <strong>{t('What-if:')}</strong> {symbols(changedRules(rules, header.settings))}{' '}
        <span className="muted">{blind ? rich('this run has no entropies to compare with E_th') : t(compare ? '{added} added (solid), {removed} removed (dotted)' : '{added} added, {removed} removed', { added: boundaries(added), removed })}</span>
      </p>
      <Toggle label={t('Compare')} checked={compare} onChange={whatIf.setCompare} />
      <button type="button" className="button" onClick={(event) => { handFocus(event, '.strip-plot', '.strip'); whatIf.clear(); }}><Icon name="reset" size={16} />{t('Back to decoded')}</button>
      {makes && <button type="button" className="button strong" aria-disabled={off} onClick={() => !off && void generateWithThis()}>{t('Generate with these rules')}</button>}
      {makes && problem && <p className="field-error" role="status">{symbols(translated(problem.message))}</p>}
    </div>
  );
}
