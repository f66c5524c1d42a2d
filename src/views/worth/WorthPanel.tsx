import type { Manifest } from '../../../engine/manifest.ts';
import { fixed, integer, operations, percent } from '../../lib/format.ts';
import { worthOf, type Figure, type Way, type Worth } from '../../state/worth.ts';
import { rich } from '../../text/rich.tsx';
import { t } from '../../text/t.ts';
import { Resolution } from './Resolution.tsx';
import './worth.css';

const NAMES: Record<Way, () => string> = { dynamic: () => t('Dynamic patches'), static: () => t('Static patches, same mean length'), plain: () => t('Plain transformer (baseline)') };

/** One sentence, whichever way it falls. */
function sentence({ share, quality, samples }: Worth): string {
  if (share === null) return t('There is no plain transformer beside this pack to compare with.');
  const work = share < 1 ? t('Dynamic patches need {share} of the work of the plain transformer', { share: percent(share) }) : t('Dynamic patches need as much work as the plain transformer');
  const words = {
    better: t('and their pictures are better.'),
    worse: t('but their pictures are worse: here the patches save work and cost quality.'),
    alike: t('and their pictures are as good, within what {samples} samples can tell.', { samples: integer(samples ?? 0) }),
    unknown: t('whether their pictures are as good has not been measured with the same classifier.'),
  };
  return `${work}, ${words[quality]}`;
}

const quality = (figure: Figure | null, text: (value: number) => string): string => {
  if (!figure) return t('not measured');
  return figure.interval ? `${text(figure.value)} [${text(figure.interval[0])}, ${text(figure.interval[1])}]` : text(figure.value);
};

/** "Is it worth it?": what dynamic patches save on held-out pictures, beside the measured quality, from the manifests alone. */
export function WorthPanel({ pack, plain }: { pack: Manifest; plain: Manifest | null }) {
  const worth = worthOf(pack, plain);
  if (!worth) return null;
  const most = { steps: Math.max(...worth.ways.map(({ steps }) => steps)), operations: Math.max(...worth.ways.map((way) => way.operations)) };
  return (
    <section className="worth" aria-label={t('Is it worth it?')}>
      <h2>{t('Is it worth it?')}</h2>
      <p className="worth-verdict" data-worth="verdict">{sentence(worth)}</p>
      <div className="worth-scroll" tabIndex={0} role="group" aria-label={t('Figures of the three methods')}>
        <table>
          <thead>
            <tr>
              <td />
              <th scope="col">{t('Big steps per image')}</th>
              <th scope="col">{t('Multiply-accumulates')}</th>
              <th scope="col">{t('FID-lite, lower is better')}</th>
              <th scope="col">{t('Class agreement')}</th>
            </tr>
          </thead>
          <tbody>
            {worth.ways.map((way) => (
              <tr key={way.way}>
                <th scope="row">{NAMES[way.way]()}</th>
                <td><Bar share={way.steps / most.steps} way={way.way} />{fixed(way.steps, 0)}</td>
                <td><Bar share={way.operations / most.operations} way={way.way} />{operations(way.operations)}</td>
                <td>{quality(way.fidLite, (value) => fixed(value, 2))}</td>
                <td>{quality(way.agreement, (value) => percent(value, 1))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {plain && <Resolution pack={pack} plain={plain} />}
      <p className="small-print muted">
        {rich('Means over held-out pictures at the pack’s E_th; quality with 95 % intervals. Single pictures of one seed diverge with every change, so only many can be judged. Time on this device: the status in the bar, “Measure this device”.')}
      </p>
    </section>
  );
}

function Bar({ share, way }: { share: number; way: Way }) {
  return <i className="worth-bar" aria-hidden="true"><b className={way} style={{ width: `${100 * share}%` }} /></i>;
}
