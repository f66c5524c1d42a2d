import { figureOf, worthOf, type Worth } from '../../state/worth.ts';
import { fixed, integer, percent } from '../../lib/format.ts';
import { t } from '../../text/t.ts';
import { usePack } from '../context.ts';
import { FigureValue } from '../worth/FigureValue.tsx';
import { NoPlain } from '../worth/NoPlain.tsx';
import type { Plain } from './usePlainPack.ts';

/** Quality of the pack's pictures beside that of the plain transformer's, and which way it falls. */
export function QualityReading({ plain }: { plain: Plain }) {
  const manifest = usePack((state) => state.manifest);
  if (!manifest) return null;
  const worth = plain === undefined ? null : worthOf(manifest, plain);
  const figures = [
    { key: 'fid_lite', name: t('FID-lite, lower is better'), text: (value: number) => fixed(value, 2) },
    { key: 'class_agreement', name: t('Class agreement'), text: (value: number) => percent(value, 1) },
  ];
  return (
    <>
      {worth && <p data-guide="answer">{worth.share === null ? <NoPlain pack={manifest} /> : answer(worth)}</p>}
      {figures.map(({ key, name, text }) => (
        <section key={key}>
          <h2 className="heading">{name}</h2>
          <dl className="facts">
            <div><dt>{t('Dynamic patches')}</dt><dd><FigureValue figure={figureOf(manifest, key)} text={text} /></dd></div>
            {plain && <div><dt>{t('Plain transformer')}</dt><dd><FigureValue figure={figureOf(plain, key)} text={text} /></dd></div>}
          </dl>
        </section>
      ))}
    </>
  );
}

function answer({ quality, samples }: Worth): string {
  return {
    alike: t('As far as {samples} samples can tell, yes: their FID-lite differs from that of the plain transformer by no more than the intervals.', { samples: integer(samples ?? 0) }),
    worse: t('No: their FID-lite is higher than that of the plain transformer, by more than the intervals.'),
    better: t('They are better: their FID-lite is lower than that of the plain transformer, by more than the intervals.'),
    unknown: t('Not known: the two were not measured by the same classifier on as many samples.'),
  }[quality];
}
