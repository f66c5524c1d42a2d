import { useState } from 'react';
import { isStatic } from '../../../engine/settings.ts';
import { hasEntropies } from '../../../engine/whatif.ts';
import { tokens } from '../../lib/counts.ts';
import { nats } from '../../lib/format.ts';
import { highestThreshold } from '../../lib/thresholdScale.ts';
import { rich } from '../../text/rich.tsx';
import { decimal, t } from '../../text/t.ts';
import { Slider } from '../../ui/Slider.tsx';
import { Toggle } from '../../ui/Toggle.tsx';
import { useThresholdScale } from '../thresholdScale.ts';
import type { Failure } from '../../inference/client.ts';
import { fromFailure } from '../../state/problem.ts';
import { scoreRun } from '../../state/scoreRun.ts';
import { DPAR_RULES } from './dparRules.ts';
import { usePack, useRun, useRunView, useStudio, useWhatIf } from '../context.ts';
import { ProblemMessage } from '../notices/ProblemMessage.tsx';

/** A run of one token per patch: other rules need entropies that it never had. */
function WithoutEntropies() {
  const { session } = useStudio();
  const { run } = useRunView();
  const [working, setWorking] = useState(false);
  const [failed, setFailed] = useState<Failure | null>(null);
  const score = async () => {
    setWorking(true);
    const { id } = run.getState();
    await session.modelReady();
    const client = session.client();
    if (client && run.getState().id === id) setFailed(await scoreRun(run, client, session.ask));
    setWorking(false);
  };
  return (
    <section className="rules" aria-label={t('Patch rules')}>
      <h2 className="heading">{t('Try other patch rules')}</h2>
      <p className="muted">{t('This run was decoded without the entropy model. Other rules need the entropies of its tokens.')}</p>
      <button type="button" className="button" aria-disabled={working} onClick={() => working || void score()}>{t(working ? 'Computing the entropies…' : 'Compute the entropies')}</button>
      {failed && <ProblemMessage problem={fromFailure(failed)} onClose={() => setFailed(null)} />}
    </section>
  );
}

/** The rules that boundaries are drawn with; a change redraws them from the stored entropies, without the model. */
export function RulesPanel() {
  const { whatIf } = useRunView();
  useWhatIf((state) => state.rules);
  const header = useRun((state) => state.header);
  const finished = useRun((state) => state.phase !== 'running' && state.count > 0);
  const manifest = usePack((state) => state.manifest);
  const rules = whatIf.current();
  const scale = useThresholdScale();
  const plain = manifest?.kind === 'gpt';
  const scored = useRun((state) => hasEntropies(state.events));
  if (plain && !scored) {
    return <section className="rules" aria-label={t('Patch rules')}><h2 className="heading">{t('Patch rules')}</h2><p className="muted">{t('This pack is a plain transformer: it has no patches to redraw.')}</p></section>;
  }
  if (!rules || !manifest || !header || !finished) {
    return <section className="rules" aria-label={t('Patch rules')}><h2 className="heading">{t('Patch rules')}</h2><p className="muted">{t('Try other rules once a run has finished.')}</p></section>;
  }
  if (!scored) return <WithoutEntropies />;
  const longest = 'window' in manifest.model ? manifest.model.window : manifest.grid.width;
  const fixed = isStatic({ ...header.settings, ...rules });
  const length = decimal(String(rules.staticLength ?? '–'));
  return (
    <section className="rules" aria-label={t('Patch rules')}>
      <h2 className="heading">{t('Try other patch rules')}</h2>
      {plain && (
        <p className="muted">
          {t('This pack is a plain transformer; its entropies show where DPAR would open patches.')}{' '}
          <button type="button" className="button quiet small" onClick={() => whatIf.use({ ...DPAR_RULES, entropyThreshold: manifest.defaults.entropyThreshold })}>{t('Show DPAR’s patches')}</button>
        </p>
      )}
      <Toggle label={t('Entropy gate')} checked={rules.entropyGate} onChange={(on) => whatIf.set('entropyGate', on)} />
      <Row name={rich('Threshold E_th')} text={nats(rules.entropyThreshold)} off={!rules.entropyGate}>
        <Slider label={t('What-if E_th')} scale={scale} value={rules.entropyThreshold} min={0} max={highestThreshold(manifest.vocab)} step={0.05} valueText={nats(rules.entropyThreshold)} onChange={(value) => whatIf.set('entropyThreshold', value)} />
      </Row>
      <Toggle label={t('Longest patch')} checked={rules.lengthGate} onChange={(on) => whatIf.set('lengthGate', on)} />
      <Row name={<>P<span className="sub">max</span></>} text={`${rules.maxPatchLength}`} off={!rules.lengthGate}>
        <Slider label={t('What-if P_max')} value={rules.maxPatchLength} min={1} max={longest} step={1} valueText={tokens(rules.maxPatchLength)} onChange={(value) => whatIf.set('maxPatchLength', value)} />
      </Row>
      <Toggle label={t('Row reset')} checked={rules.rowReset} onChange={(on) => whatIf.set('rowReset', on)} />
      {fixed && (
        <Row name={t('Static patches')} text={length} off={false}>
          <Slider label={t('What-if static patch length')} value={rules.staticLength ?? 1} min={1} max={longest} step={0.1} valueText={rules.staticLength === 1 ? tokens(1) : t('{n} tokens', { n: length })} onChange={(value) => whatIf.set('staticLength', value)} />
        </Row>
      )}
    </section>
  );
}

function Row({ name, text, off, children }: { name: React.ReactNode; text: string; off: boolean; children: React.ReactNode }) {
  return <div className={off ? 'rule off' : 'rule'}><span className="setting-name">{name}</span>{children}<span className="rule-value">{text}</span></div>;
}
