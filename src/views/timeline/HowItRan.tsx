import { useMemo } from 'react';
import { wholeCost } from '../../../engine/cost.ts';
import { figuresAt } from '../../../engine/view.ts';
import { patchSteps, tokens } from '../../lib/counts.ts';
import { fixed, integer, milliseconds, operations, percent } from '../../lib/format.ts';
import { rich } from '../../text/rich.tsx';
import { t } from '../../text/t.ts';
import { measuredOn } from '../../state/measuredOn.ts';
import { backendName } from '../bar/loadText.ts';
import { useFrameEvery, usePack, useRun, useRunView } from '../context.ts';
import { Plot } from '../plot/Plot.tsx';
import { scrubber } from '../scrub.ts';
import { useSharedPasses } from '../sharedPasses.ts';
import { hasStage, STAGES } from '../stages.ts';
import { calls, callsHeight } from './calls.ts';
import { overview, type TimedRun } from './overview.ts';
import { callsOf, isCut, LANES, outsideMs, rowStart, stacked, tokenAt, type Call } from './timeline.ts';
import './timeline.css';

const READABLE_MS = 250;
const OVERVIEW = 88;
/** The calls are drawn by their own times. */
const NO_DATA: [number[], number[]] = [[0, 1], [0, 0]];

/** Which graph ran when, from the times of the log: every token, the calls of one row, totals, and the cost against one token per patch. */
export function HowItRan({ title = t('Timing') }: { title?: string }) {
  const count = useRun((state) => state.count);
  const timed = useRun((state) => state.events.some(({ times }) => Object.keys(times).length > 0));
  return (
    <section className="how-it-ran" aria-label={title}>
      <h2 className="heading">{title}</h2>
      {count === 0 || !timed ? <p className="muted">{t('No graph has run for this picture.')}</p> : <Timeline />}
    </section>
  );
}

function Timeline() {
  const view = useRunView();
  const gpt = usePack((state) => state.manifest?.kind === 'gpt');
  const tokens = usePack((state) => state.manifest?.grid.tokens ?? 256);
  const width = usePack((state) => state.manifest?.grid.width ?? 16);
  const shared = useSharedPasses();
  const waits = useRun((state) => state.events.some(({ times }) => times.wait !== undefined));
  const { lanes, above, below, empty } = useMemo(() => {
    const lanes = LANES.filter((stage) => hasStage(stage, gpt, waits));
    const shown = (): TimedRun => {
      const { events } = view.run.getState();
      const { cursor } = view.playback.getState();
      const from = rowStart(Math.min(cursor, events.length) - 1, width);
      return { events, cursor, from, to: from + width };
    };
    return { lanes, above: overview(shown, tokens, width, lanes), below: calls(shown, lanes), empty: stacked([], tokens, lanes) };
  }, [gpt, view, tokens, waits, width]);

  const scrub = useMemo(() => scrubber(({ clientX, currentTarget }) => {
    const { left, width: wide } = currentTarget.querySelector('.u-over')!.getBoundingClientRect();
    view.playback.seek(tokenAt(clientX - left, wide, tokens));
  }), [tokens, view]);

  return (
    <>
      <p className="small-print muted">{shared ? t('Milliseconds per pass, at its first token') : t('Milliseconds per token')}<CutNote /></p>
      <div className="timeline" {...scrub}>
        <Plot
          label={t('Times of every token by stage; the tables that follow hold the figures')} height={OVERVIEW} data={empty} options={above}
          onFrame={(plot) => plot.setData(stacked(view.run.getState().events, tokens, lanes))}
        />
      </div>
      <p className="small-print muted"><RowName width={width} /></p>
      <Plot label={t('The calls of one row of tokens, one after the other')} height={callsHeight(lanes.length)} data={NO_DATA} options={below} onFrame={(plot) => plot.setData(NO_DATA)} />
      <Totals lanes={lanes} />
      <RowTable width={width} lanes={lanes} />
    </>
  );
}

/** Where bars are cut off at the top. */
function CutNote() {
  useFrameEvery(READABLE_MS);
  const { run } = useRunView();
  return isCut(run.getState().events) && <>; {t('▴ is higher than shown')}</>;
}

function useRow(width: number): number {
  useFrameEvery(READABLE_MS);
  const view = useRunView();
  return rowStart(Math.min(view.playback.getState().cursor, view.run.getState().count) - 1, width);
}

function RowName({ width }: { width: number }) {
  return <>{t('Calls of row {row}', { row: useRow(width) / width + 1 })}</>;
}

/** Per stage, of what is shown; and what the patch transformer would have run with one token per patch. */
function Totals({ lanes }: { lanes: readonly (typeof LANES)[number][] }) {
  useFrameEvery(READABLE_MS);
  const view = useRunView();
  const manifest = usePack((state) => state.manifest);
  const run = view.run.getState();
  const { events: all, header, wallMs } = run;
  const events = all.slice(0, view.playback.getState().cursor);
  if (!manifest || !header) return null;
  const { patches, stages, milliseconds: sum, cost, baseline, costRatio } = figuresAt(events, events.length, manifest, header.settings);
  const rest = outsideMs(wallMs, sum, events.length === all.length);
  return (
    <>
      <table className="times ran">
        <thead><tr><th scope="col">{t('Graph')}</th><th scope="col">{t('Calls')}</th><th scope="col">{t('Total')}</th><th scope="col">{t('Share of the model’s time')}</th><th scope="col">{t('Per call')}</th></tr></thead>
        <tbody>
          {lanes.map((stage) => {
            const figure = stages[stage];
            return (
              <tr key={stage}>
                <th scope="row"><i style={{ background: `var(--${STAGES[stage].colour})` }} />{t(STAGES[stage].label)}</th>
                <td data-ran={`${stage}-calls`}>{integer(figure?.runs ?? 0)}</td>
                <td>{figure ? milliseconds(figure.sum) : '–'}</td>
                <td className="muted">{figure && sum > 0 ? percent(figure.sum / sum) : ''}</td>
                <td>{figure ? milliseconds(figure.mean) : '–'}</td>
              </tr>
            );
          })}
          {rest > 0 && <tr><th scope="row">{t('Outside the model')}</th><td /><td data-ran="rest">{milliseconds(rest)}</td><td /><td /></tr>}
          <tr className="ran-sum"><th scope="row">{t('All')}</th><td>{integer(lanes.reduce((n, stage) => n + (stages[stage]?.runs ?? 0), 0))}</td><td>{milliseconds(sum + rest)}</td><td /><td /></tr>
        </tbody>
      </table>
      <p className="small-print muted">
        {manifest.kind === 'gpt' ? t('{operations} multiply-accumulates.', { operations: operations(cost.total) }) : (
          <>
            {rich('{steps} for {tokens}; with one token per patch it would be one for each.', { steps: <b>{patchSteps(patches)}</b>, tokens: <b>{tokens(events.length)}</b> })}{' '}
            {t('{operations} multiply-accumulates; with one token per patch {baseline}', { operations: operations(wholeCost(cost)), baseline: operations(baseline.total) })}{costRatio !== null && <> (<b>{percent(costRatio)}</b>)</>}.
          </>
        )}{' '}
        {measuredOn(run, backendName(header.backend)).sentence}
      </p>
    </>
  );
}

const timeOf = (call: Call | undefined) => (call ? fixed(call.ms, 2) : t('did not run'));

/** The calls of one row as text. */
function RowTable({ width, lanes }: { width: number; lanes: readonly (typeof LANES)[number][] }) {
  const from = useRow(width);
  const { events } = useRunView().run.getState();
  const calls = callsOf(events, from, from + width);
  return (
    <div className="visually-hidden"><table>
      <caption>{t('Calls of row {row}, in milliseconds', { row: from / width + 1 })}</caption>
      <thead><tr><th scope="col">{t('Token')}</th>{lanes.map((stage) => <th key={stage} scope="col">{t(STAGES[stage].label)}</th>)}</tr></thead>
      <tbody>
        {events.slice(from, from + width).map(({ t: token }) => (
          <tr key={token}>
            <th scope="row">{token + 1}</th>
            {lanes.map((stage) => <td key={stage}>{timeOf(calls.find((call) => call.token === token && call.stage === stage))}</td>)}
          </tr>
        ))}
      </tbody>
    </table></div>
  );
}
