import { wholeCost } from '../../../engine/cost.ts';
import { findSetting, isStatic, isTokenByToken } from '../../../engine/settings.ts';
import type { Figures } from '../../../engine/view.ts';
import { tokens as counted } from '../../lib/counts.ts';
import { fixed, operations, percent } from '../../lib/format.ts';
import { measuredOn } from '../../state/measuredOn.ts';
import { isMeasuredHere } from '../../state/run.ts';
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
  const shared = useSharedPasses();
  const elsewhere = useRun((run) => (isMeasuredHere(run) || !run.header ? undefined : measuredOn(run, backendName(run.header.backend)).sentence));
  const together = useRun((run) => run.together);
  const window = useRun((run) => run.window);
  const gpt = usePack((state) => state.manifest?.kind === 'gpt');
  /** Other rules draw patches over the tokens of a plain transformer, too. */
  const patched = !gpt || decoded !== null;
  const [steps, tokens] = [figures?.patches ?? 0, figures?.tokens ?? 0];
  /** Of edited tokens, which no pass made, there are none. */
  const passes = tokens === 0 ? 0 : figures!.passes;
  const sampled = figures?.sampled.tokens ?? 0;
  return (
    <section>
      <h2 className="heading">{t('This image')}{decoded && <span className="mark whatif">{t('what-if')}</span>}</h2>
      <p className="big"><strong data-figure="patches">{steps}</strong> <span>{stepsName(patched, steps)}<br />{rich(tokens === 1 ? 'for {tokens} token' : 'for {tokens} tokens', { tokens: <b data-figure="tokens">{tokens}</b> })}</span></p>
      <dl className="facts">
        <Against />
        {patched && <div><dt>{rich('Mean patch P_avg')}</dt><dd data-figure="p-avg">{fixed(figures?.pAvg, 2)} <span className="muted">{t('tokens')}</span></dd></div>}
        {passes !== null && <div title={shared ? sharedText(window) : undefined}><dt>{t('Passes')}</dt><dd data-figure="passes">{t('{passes} for {tokens}', { passes, tokens: counted(sampled) })}{sampled < tokens && <span className="muted">, {t('{given} given', { given: tokens - sampled })}</span>}</dd></div>}
        {decoded
          ? <div><dt>{t('Decoded')}</dt><dd data-figure="decoded">{gpt ? <>{decoded.patches} <span className="muted">{stepsName(false, decoded.patches)}</span></> : <>{decoded.patches} <span className="muted">{t('steps,')}</span> {fixed(decoded.pAvg, 2)}</>}</dd></div>
          : <div title={elsewhere}><dt>{t('Speed')}</dt><dd data-figure="speed">{fixed(speed, speed !== null && speed < 10 ? 1 : 0)} <span className="muted">{t('tokens/s')}{elsewhere && speed !== null && <>, {t('recorded')}</>}{together > 1 && speed !== null && <>, {t('each of {count} at once', { count: together })}</>}</span></dd></div>}
      </dl>
    </section>
  );
}

const sharedText = (window: number | null): string => (window === null
  ? t('Several tokens settle in one pass. They are those of one token a pass.')
  : t('Up to {window} tokens settle in one pass. They are those of one token a pass.', { window }));

/** What the steps of the largest model are called: one a patch, or one a token where there are none. */
function stepsName(patched: boolean, n: number): string {
  if (patched) return n === 1 ? t('patch-transformer step') : t('patch-transformer steps');
  return n === 1 ? t('transformer step') : t('transformer steps');
}

/** Multiply-accumulates against the same tokens one by one. */
export function Cost({ figures, decoded }: Props) {
  const ratio = figures?.costRatio ?? null;
  const scale = Math.max(1, ratio ?? 0, decoded?.costRatio ?? 0);
  const ours = (of: Figures) => operations(wholeCost(of.cost));
  const gpt = usePack((state) => state.manifest?.kind === 'gpt');
  const name = useRun(({ header }) => (header && isTokenByToken(header.settings) ? t('One token per patch') : header && isStatic(header.settings) ? t('Static patches') : t('Dynamic patches')));
  if (gpt) {
    return (
      <section title={t('Multiply-accumulates of the linear layers so far.')}>
        <h2 className="heading">{t('Multiply-accumulates')}</h2>
        <dl className="facts"><div><dt>{t('Whole model so far')}</dt><dd data-figure="cost">{figures ? operations(figures.baseline.total) : '–'}</dd></div></dl>
      </section>
    );
  }
  return (
    <section title={t('Multiply-accumulates of the linear layers so far, including the entropy model where it decides, against the same model with one token per patch. Positions that a pass only guesses do not count.')}>
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
