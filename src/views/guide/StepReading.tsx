import { useState } from 'react';
import { findSetting } from '../../../engine/settings.ts';
import { patchesAt } from '../../../engine/view.ts';
import { patchesByRow, type StepId } from '../../state/guide/steps.ts';
import { tokens as counted } from '../../lib/counts.ts';
import { chance, fixed, integer, nats } from '../../lib/format.ts';
import { reasonText } from '../../lib/reasons.ts';
import { thresholdOf } from '../../lib/thresholdOf.ts';
import { translated, t } from '../../text/t.ts';
import { Slider } from '../../ui/Slider.tsx';
import { lookedAt, rowAndColumn } from '../cell.ts';
import { useFrameEvery, usePack, usePlayback, useRunView } from '../context.ts';
import { useFigures } from '../figures/FiguresPanel.tsx';
import { sampledAs } from '../figures/sampledAs.ts';
import { Cost, Totals } from '../figures/Totals.tsx';
import { QualityReading } from './QualityReading.tsx';
import type { Plain } from './usePlainPack.ts';

/** The window that is shown first. */
const SHOWN = 16;

/** What to read off the views in a step; the figures are those of the run shown. */
export function StepReading({ id, plain }: { id: StepId; plain: Plain }) {
  if (id === 'cost') return <CostReading />;
  if (id === 'gate' || id === 'inference') return <GateReading patches={id === 'gate' ? t('Patches') : t('Patches of this picture')} />;
  if (id === 'passes') return <PassesReading />;
  if (id === 'quality') return <QualityReading plain={plain} />;
  if (id === 'resolution' || id === 'verdict') return null;
  return <CellReading id={id} />;
}

function CostReading() {
  const { now, decoded, speed } = useFigures();
  return (
    <>
      <Cost figures={now} decoded={decoded} />
      <Totals figures={now} decoded={decoded} speed={speed} />
      <RowsReading />
    </>
  );
}

/** Patches of the first row of the run, and of the others on average, as far as they are shown. */
function RowsReading() {
  const { shown, playback } = useRunView();
  const width = usePack((state) => state.manifest?.grid.width ?? 16);
  const { first, others } = patchesByRow(shown().events.slice(0, playback.getState().cursor), width);
  return (
    <dl className="facts">
      <div><dt>{t('Patches of the first row')}</dt><dd>{first}</dd></div>
      <div><dt>{t('Of the other rows, on average')}</dt><dd>{fixed(others, 1)}</dd></div>
    </dl>
  );
}

/** Passes an image by window, as the pack's exporter counted them. */
function PassesReading() {
  const manifest = usePack((state) => state.manifest);
  const [at, setAt] = useState<number | null>(null);
  const by = manifest?.passes?.by ?? [];
  if (!manifest || by.length === 0) return <p className="muted">{t('Passes were not counted for this pack.')}</p>;
  const { window, mean } = by[at ?? Math.max(0, by.findIndex((entry) => entry.window === SHOWN))] ?? by[0]!;
  const { tokens } = manifest.grid;
  const length = counted(window);
  return (
    <>
      <div>
        <p className="slider-head"><span>{translated(findSetting('window').label)}</span><b data-guide="window">{length}</b></p>
        <Slider label={translated(findSetting('window').label)} value={by.findIndex((entry) => entry.window === window)} min={0} max={by.length - 1} step={1} valueText={length} onChange={setAt} />
      </div>
      <dl className="facts">
        <div><dt>{t('Passes')}</dt><dd data-guide="passes">{t('{passes} for {tokens}', { passes: fixed(mean, mean === tokens ? 0 : 1), tokens: counted(tokens) })}</dd></div>
        <div><dt>{t('Mean tokens per pass')}</dt><dd>{fixed(tokens / mean, 1)}</dd></div>
      </dl>
      <p className="small-print muted">{t('Mean of {images} images of this pack.', { images: manifest.passes!.images })}</p>
    </>
  );
}

function GateReading({ patches }: { patches: string }) {
  const { now, decoded } = useFigures();
  const { shown } = useRunView();
  const { rules } = shown();
  return (
    <dl className="facts">
      <div><dt>E<span className="sub">th</span></dt><dd data-guide="threshold">{nats(thresholdOf(rules))}</dd></div>
      <div><dt>{patches}</dt><dd data-guide="patches">{now ? integer(now.patches) : '–'}{decoded && <span className="muted">, {t('decoded: {share}', { share: integer(decoded.patches) })}</span>}</dd></div>
      <div><dt>P<span className="sub">avg</span></dt><dd>{fixed(now?.pAvg, 2)} <span className="muted">{t('tokens')}</span></dd></div>
    </dl>
  );
}

function CellReading({ id }: { id: StepId }) {
  useFrameEvery(120);
  usePlayback((state) => state.pick);
  const { shown, playback, run } = useRunView();
  const manifest = usePack((state) => state.manifest);
  const width = manifest?.grid.width ?? 16;
  const { events } = shown();
  const at = lookedAt(events.length, playback.getState());
  const event = at === null ? undefined : events[at];
  if (at === null || !event) return <dl className="facts"><div><dt>{t('Cell')}</dt><dd>{t('none shown yet')}</dd></div></dl>;
  const patch = patchesAt(events, events.length, width)[event.patch];
  const { header } = run.getState();
  return (
    <>
      <dl className="facts">
        <div><dt>{t('Cell')}</dt><dd>{t('row {row}, column {column}', rowAndColumn(at, width))}</dd></div>
        {id === 'tokens' && <div><dt>{t('Token')}</dt><dd>{t('code {chosen}', { chosen: event.token })}</dd></div>}
        {(id === 'surprise' || id === 'forced') && <div><dt>{t('Entropy')}</dt><dd data-guide="entropy">{nats(event.entropy)}</dd></div>}
        {id === 'forced' && <div><dt>{t('Why')}</dt><dd data-guide="reason">{reasonText(event.opens)}</dd></div>}
        {id === 'rope' && patch && (
          <>
            <div><dt>{t('Patch {index}', { index: patch.index + 1 })}</dt><dd>{counted(patch.length)}</dd></div>
            <div><dt>{t('Row')} <var>x</var></dt><dd data-guide="row">{patch.row}</dd></div>
            <div><dt>{t('First column')} <var>y</var><sub>s</sub></dt><dd data-guide="first">{patch.columns.start}</dd></div>
            <div><dt>{t('Last column')} <var>y</var><sub>e</sub></dt><dd data-guide="last">{patch.columns.end}</dd></div>
          </>
        )}
      </dl>
      {id === 'guidance' && (
        <section>
          <h2 className="heading">{t('Probability of this token')}</h2>
          <dl className="facts">
            <div><dt>{t('With the class alone')}</dt><dd>{chance(event.classLogprob)}</dd></div>
            <div><dt>{manifest && header && t('As sampled: {how}', { how: sampledAs(header.settings, manifest) })}</dt><dd>{chance(event.logprob)}</dd></div>
          </dl>
        </section>
      )}
    </>
  );
}
