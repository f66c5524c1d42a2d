import { useState } from 'react';
import { runToJson } from '../../engine/log.ts';
import { hasEntropies } from '../../engine/whatif.ts';
import { resolveColours } from '../lib/colours.ts';
import { t } from '../text/t.ts';
import { useStudio, useWorkbench } from '../views/context.ts';
import { runToCsv } from './csv.ts';
import { entropySvg } from './entropySvg.ts';
import { fileName, save } from './files.ts';
import { figureSvg } from './figureSvg.ts';
import { largeTimes, picturePng, pictureUrl, svgToPng } from './raster.ts';
import type { Shared } from './useShared.ts';

const text = (content: string, type: string) => new Blob([content], { type });

/** The picture, its entropies and its events as files. */
export function FileRows({ shared }: { shared: Shared }) {
  const studio = useStudio();
  const { theme, options } = useWorkbench();
  const { run, picture, manifest } = shared;
  const write = async (make: Blob | Promise<Blob>, ending: string) => {
    try {
      save(await make, fileName(run, manifest.defaults, ending));
    } catch (error) {
      studio.reportUnexpected(error);
    }
  };
  const svg = () => entropySvg(run, manifest, theme.getState().map);
  const figure = async () => {
    const { bg: ground, text: ink, muted } = resolveColours(document.body, ['bg', 'text', 'muted'] as const);
    return figureSvg(run, manifest, await pictureUrl(picture!, options.getState().smooth), { map: theme.getState().map, ground, text: ink, muted });
  };
  const size = picture?.size ?? manifest.image.size;
  const times = largeTimes(size);
  return (
    <section>
      <h2 className="heading">{t('Files')}</h2>
      <div className="share-grid">
        <span id="share-picture">{t('Picture')}</span>
        <div role="group" aria-labelledby="share-picture">
          {picture && <>
            <button type="button" className="button" onClick={() => void write(picturePng(picture, run, 1), '.png')}>PNG {size} px</button>
            <button type="button" className="button" onClick={() => void write(picturePng(picture, run, times), `-${size * times}.png`)}>PNG {size * times} px</button>
            <CopyPicture shared={shared} />
          </>}
          {!picture && <span className="hint">{t('Available once the model is loaded.')}</span>}
        </div>
        {hasEntropies(run.events) && <>
          <span id="share-map">{t('Entropy map')}</span>
          <div role="group" aria-labelledby="share-map">
            <button type="button" className="button" onClick={() => void write(text(svg(), 'image/svg+xml'), '-entropy.svg')}>SVG</button>
            <button type="button" className="button" onClick={() => void write(svgToPng(svg()), '-entropy.png')}>PNG</button>
          </div>
        </>}
        {picture && hasEntropies(run.events) && <>
          <span id="share-figure">{t('Figure for papers')}</span>
          <div role="group" aria-labelledby="share-figure">
            <button type="button" className="button" onClick={() => void write(figure().then((svg) => text(svg, 'image/svg+xml')), '-figure.svg')}>SVG</button>
            <button type="button" className="button" onClick={() => void write(figure().then(svgToPng), '-figure.png')}>PNG</button>
          </div>
        </>}
        <span id="share-run">{t('Run')}</span>
        <div role="group" aria-labelledby="share-run">
          <button type="button" className="button" onClick={() => void write(text(runToJson(run), 'application/json'), '.run.json')}>JSON</button>
          <button type="button" className="button" onClick={() => void write(text(runToCsv(run), 'text/csv'), '.csv')}>CSV</button>
        </div>
      </div>
      <p className="hint">{t('A saved PNG contains its run. To open it again, drop it on the page, or press History, then “Open file”.')}</p>
    </section>
  );
}

/** Many programs paste pictures only as PNG; the run inside is lost there. */
function CopyPicture({ shared: { picture, run } }: { shared: Shared }) {
  const [status, setStatus] = useState('');
  if (!picture || !('ClipboardItem' in window)) return null;
  const copy = async () => {
    try {
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': picturePng(picture, run, largeTimes(picture.size)) })]);
      setStatus(t('Copied'));
    } catch {
      setStatus(t('Not allowed here'));
    }
    setTimeout(() => setStatus(''), 2500);
  };
  return <button type="button" className="button" onClick={() => void copy()}><span aria-live="polite">{status || t('Copy')}</span></button>;
}
