import { useStore } from 'zustand';
import type { Manifest } from '../../../engine/manifest.ts';
import { fixed, integer, operations, percent, seconds } from '../../lib/format.ts';
import { worthOf, type ComparedWay, type Worth } from '../../state/worth.ts';
import type { TimeHere } from '../../state/worthTimes.ts';
import { rich } from '../../text/rich.tsx';
import { named, t } from '../../text/t.ts';
import { useDeviceBusy, useStudio } from '../context.ts';
import { FigureValue } from './FigureValue.tsx';
import { MeasureHere } from './MeasureHere.tsx';
import { NoPlain } from './NoPlain.tsx';
import { Resolution } from './Resolution.tsx';
import { worthTimes } from './session.ts';
import './worth.css';

const NAMES: Record<ComparedWay, () => string> = { dynamic: () => t('Dynamic patches'), static: () => t('Static patches, same mean length'), plain: () => t('Plain transformer (baseline)') };

/** What static patches add to the verdict, where they need less than the dynamic ones. */
function staticSentence({ quality, samples }: NonNullable<Worth['static']>): string {
  return {
    better: t('Static patches need even less, and their pictures are better.'),
    worse: t('Static patches need even less, but their pictures are worse.'),
    alike: t('Static patches need even less, and their pictures are as good, as far as {samples} samples can tell.', { samples: integer(samples ?? 0) }),
    unknown: t('Static patches need even less; whether their pictures are as good is not known.'),
  }[quality];
}

/** One sentence, whichever way it falls. */
function sentence({ share, quality, samples, static: still }: Worth & { share: number }): string {
  const same = Math.round(100 * share) === 100;
  const work = same ? t('Dynamic patches need as much work as the plain transformer') : t('On average, dynamic patches need {share} of the work of the plain transformer', { share: percent(share) });
  const words = {
    better: t('and their pictures are better.'),
    worse: t('but their pictures are worse.'),
    alike: t('and their pictures are as good, as far as {samples} samples can tell.', { samples: integer(samples ?? 0) }),
    unknown: t('but whether their pictures are as good is not known: the two were not measured by one classifier on as many samples, with intervals.'),
  };
  const trade = quality === 'worse' && !same && share < 1 ? ` ${t('Here the patches save work and cost quality.')}` : '';
  return `${work}, ${words[quality]}${trade}${share < 1 && still ? ` ${staticSentence(still)}` : ''}`;
}

/** "Is it worth it?": what dynamic patches save on held-out pictures, beside the measured quality, from the manifests; and the time on this device. `titled`: the page has no such heading of its own. */
export function WorthPanel({ pack, plain, titled = true }: { pack: Manifest; plain: Manifest | null; titled?: boolean }) {
  const studio = useStudio();
  const times = worthTimes(studio);
  useStore(times);
  // Those of the page: the guide has a pack of its own.
  useStore(studio.session.pack, (state) => state.model);
  const inView = useStore(studio.session.pack, (state) => state.name);
  const busy = useDeviceBusy();
  const ready = times.ready(pack);
  const here = ready ? times.current() : null;
  const worth = worthOf(pack, plain);
  if (!worth) return null;
  const most = {
    steps: Math.max(...worth.ways.map(({ steps }) => steps)), operations: Math.max(...worth.ways.map((way) => way.operations)),
    ms: Math.max(...Object.values(here?.ways ?? {}).map(({ ms }) => ms)),
  };
  const time = (way: ComparedWay) => here?.ways[way];
  const { held_out: heldOut } = pack.evaluation;
  const labels = { steps: t('Steps per image'), operations: t('Multiply-accumulates'), time: t('Time per image, this device'), fidLite: t('FID-lite, lower is better'), agreement: t('Class agreement') };
  return (
    <section className="worth" aria-label={t('Is it worth it?')}>
      {titled && <h2>{t('Is it worth it?')}</h2>}
      <p className="worth-verdict" data-worth="verdict">{worth.share === null ? <NoPlain pack={pack} /> : sentence({ ...worth, share: worth.share })}</p>
      <div className="worth-scroll" tabIndex={0} role="group" aria-label={t('Figures of the three methods')}>
        <table>
          <thead>
            <tr>
              <td />
              <th scope="col">{labels.steps}</th>
              <th scope="col">{labels.operations}</th>
              {here && <th scope="col">{labels.time}</th>}
              <th scope="col">{labels.fidLite}</th>
              <th scope="col">{labels.agreement}</th>
            </tr>
          </thead>
          <tbody>
            {worth.ways.map((way) => (
              <tr key={way.way}>
                <th scope="row">{NAMES[way.way]()}</th>
                <td data-label={labels.steps}><Bar share={way.steps / most.steps} way={way.way} /><span className="worth-value">{integer(way.steps)}</span></td>
                <td data-label={labels.operations}><Bar share={way.operations / most.operations} way={way.way} /><span className="worth-value">{operations(way.operations)}</span></td>
                {here && <td data-label={labels.time} data-worth={`time-${way.way}`}>{time(way.way) ? <Time time={time(way.way)!} most={most.ms} way={way.way} /> : <span className="worth-value">{t('not measured')}</span>}</td>}
                <td data-label={labels.fidLite}>
                  <FigureValue figure={way.fidLite} text={(value) => fixed(value, 2)} />
                  {way.way === 'static' && worth.static?.as && <> <span className="worth-interval">{t('{samples} samples', { samples: integer(worth.static.samples ?? 0) })}</span></>}
                </td>
                <td data-label={labels.agreement}><FigureValue figure={way.agreement} text={(value) => percent(value, 1)} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="worth-more">
        <MeasureHere times={times} here={here} ready={ready} busy={busy} plain={plain} other={inView === pack.name ? null : named(pack.title)} />
        {plain && <Resolution pack={pack} plain={plain} />}
        <details>
          <summary>{t('How it was measured')}</summary>
          <p className="small-print muted">
            {rich(pack.pictures === 'samples' ? 'Means over {n} of the model’s own samples at the pack’s E_th; quality with 95 % intervals. Any change leads to a different picture, so quality is judged over many.' : 'Means over {n} held-out pictures at the pack’s E_th; quality with 95 % intervals. Any change leads to a different picture, so quality is judged over many.', { n: integer(typeof heldOut === 'number' ? heldOut : pack.split.heldOut) })}
            {worth.ways.some(({ way, fidLite }) => way === 'static' && fidLite) && ` ${t('Static patches are judged on a model trained on them.')}`}
            {` ${t(here ? 'Static patches need no entropy model. It runs for their map, so their time includes it; their multiply-accumulates do not.' : 'Static patches need no entropy model, so it is not counted for them.')}`}
            {worth.static?.as && ` ${t('FID-lite depends on the number of samples: {samples} dynamic ones have {value}.', { samples: integer(worth.static.samples ?? 0), value: fixed(worth.static.as.value, 2) })}`}
            {here && ` ${t('Times are medians of three images, with quartiles. Each pass decodes one token; Generate is faster where a pass settles several.')}`}
          </p>
        </details>
      </div>
    </section>
  );
}

/** A median with its quartiles, where they differ. */
function Time({ time: { ms, low, high, estimated }, most, way }: { time: TimeHere; most: number; way: ComparedWay }) {
  return (
    <>
      <Bar share={ms / most} way={way} /><span className="worth-value">{estimated && '≈ '}{seconds(ms)}</span>
      {seconds(low) !== seconds(high) && <> <span className="worth-interval">({seconds(low)} – {seconds(high)})</span></>}
    </>
  );
}

function Bar({ share, way }: { share: number; way: ComparedWay }) {
  return <i className="worth-bar" aria-hidden="true"><b className={way} style={{ width: `${100 * share}%` }} /></i>;
}
