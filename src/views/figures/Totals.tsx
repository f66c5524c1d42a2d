import { findSetting } from '../../../engine/settings.ts';
import { isStatic, isTokenByToken } from '../../../engine/settings.ts';
import type { Figures } from '../../../engine/view.ts';
import { fixed, operations, percent } from '../../lib/format.ts';
import { rich } from '../../text/rich.tsx';
import { translated, t } from '../../text/t.ts';
import { backendName } from '../bar/loadText.ts';
import { againstName } from '../changedSettings.ts';
import { usePack, useRun } from '../context.ts';
import { useSharedPasses } from '../sharedPasses.ts';

interface Props {
  figures: Figures | null;
  /** The same of the run as decoded, while `figures` is what-if. */
  decoded: Figures | null;
}

/** Where the image was guided away from a class of one's own choice. */
function Against() {
  const settings = useRun(({ header }) => header?.settings);
  const manifest = usePack((state) => state.manifest);
  if (!manifest || settings?.against === undefined || settings.guidance === 1) return null;
  return <div><dt>{translated(findSetting('against').label)}</dt><dd data-figure="against">{againstName(settings.against, manifest)}</dd></div>;
}

/** Patches, P_avg and, for a run as decoded, its speed. */
export function Totals({ figures, decoded, speed }: Props & { speed: number | null }) {
  const counted = useSharedPasses();
  const elsewhere = useRun(({ origin, header }) => (origin === 'generated' ? undefined : header?.backend));
  const gpt = usePack((state) => state.manifest?.kind === 'gpt');
  return (
    <section>
      <h2 className="heading">{t('This image')}{decoded && <span className="mark whatif">{t('what-if')}</span>}</h2>
      <p className="big"><strong data-figure="patches">{figures?.patches ?? 0}</strong> <span>{gpt ? t('transformer steps') : t('patch-transformer steps')}<br />{rich('for {tokens} tokens', { tokens: <b data-figure="tokens">{figures?.tokens ?? 0}</b> })}</span></p>
      <dl className="facts">
        <Against />
        {!gpt && <div><dt>{rich('Mean patch P_avg')}</dt><dd data-figure="p-avg">{fixed(figures?.pAvg, 2)} <span className="muted">{t('tokens')}</span></dd></div>}
        {counted && <div title={t('Several tokens settle in one pass. They are those of one token a pass.')}><dt>{t('Passes')}</dt><dd data-figure="passes">{rich('{passes} for {tokens} tokens', { passes: figures?.passes ?? 0, tokens: figures?.tokens ?? 0 })}</dd></div>}
        {decoded
          ? <div><dt>{t('Decoded')}</dt><dd data-figure="decoded">{decoded.patches} <span className="muted">{t('steps,')}</span> {fixed(decoded.pAvg, 2)}</dd></div>
          : <div title={elsewhere && t('Recorded where the run was generated, {backend}.', { backend: backendName(elsewhere) })}><dt>{t('Speed')}</dt><dd data-figure="speed">{fixed(speed, speed !== null && speed < 10 ? 1 : 0)} <span className="muted">{t('tokens/s')}{elsewhere && speed !== null && <>, {t('recorded')}</>}</span></dd></div>}
      </dl>
    </section>
  );
}

/** Multiply-accumulates against the same tokens one by one. */
export function Cost({ figures, decoded }: Props) {
  const ratio = figures?.costRatio ?? null;
  const scale = Math.max(1, ratio ?? 0, decoded?.costRatio ?? 0);
  const ours = (of: Figures) => operations(of.cost.total + of.cost.entropy);
  const gpt = usePack((state) => state.manifest?.kind === 'gpt');
  const name = useRun(({ header }) => (header && isTokenByToken(header.settings) ? t('One token per patch') : header && isStatic(header.settings) ? t('Static patches') : t('Dynamic patches')));
  if (gpt) {
    return (
      <section title={t('Multiply-accumulates of the linear layers so far.')}>
        <h2 className="heading">{t('Multiply-accumulates')}</h2>
        <dl className="facts"><div><dt>{t('Whole model, each token')}</dt><dd data-figure="cost">{figures ? operations(figures.baseline.total) : '–'}</dd></div></dl>
      </section>
    );
  }
  return (
    <section title={t('Multiply-accumulates of the linear layers so far, including the entropy model, against the same model with one token per patch.')}>
      <h2 className="heading">{t('Multiply-accumulates')}</h2>
      <div className="versus">
        <span data-figure="cost-of">{decoded ? t('With these rules') : name}</span><span data-figure="cost">{figures ? ours(figures) : '–'}</span>
        <i><b style={{ width: `${(100 * (ratio ?? 0)) / scale}%`, background: 'var(--accent)' }} /></i>
        <span>{t('One token per patch')}</span><span>{figures ? operations(figures.baseline.total) : '–'}</span>
        <i><b style={{ width: `${ratio === null ? 0 : 100 / scale}%`, background: 'var(--control-line)' }} /></i>
      </div>
      <p className="muted small-print">
        {rich('{share} of the work with one token per patch', { share: <b data-figure="cost-ratio">{ratio === null ? '–' : percent(ratio)}</b> })}
        {decoded?.costRatio != null && <>; {t('decoded: {share}', { share: percent(decoded.costRatio) })}</>}
      </p>
    </section>
  );
}
