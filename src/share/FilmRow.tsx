import { titleOf } from '../state/runRequest.ts';
import { useEffect, useRef, useState } from 'react';
import { resolveColours } from '../lib/colours.ts';
import { percentDone } from '../lib/format.ts';
import { named, translated, t } from '../text/t.ts';
import { GoingButton } from '../ui/GoingButton.tsx';
import { useStudio, useWorkbench } from '../views/context.ts';
import { fileName, save } from './files.ts';
import { filmAddress, type FilmRun } from './film.ts';
import type { FilmOptions } from './gif.ts';
import { stepsText } from './stepsText.ts';
import type { Shared } from './useShared.ts';

const COLOURS = ['text', 'muted', 'line', 'accent', 'surprise', 'forced', 'joins', 'panel', 'bg'] as const;

type Kind = 'gif' | 'video';

/** The decode as an animation, in the colours of the page. The encoders are fetched when they are asked for. */
export function FilmRow({ shared }: { shared: Shared }) {
  const studio = useStudio();
  const { theme, options } = useWorkbench();
  const [work, setWork] = useState<{ kind: Kind; share: number } | null>(null);
  const [word, setWord] = useState('');
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const { run, picture, manifest } = shared;
  if (!picture) return null;

  const make = async (kind: Kind) => {
    const mine = (abort.current = new AbortController());
    setWord('');
    setWork({ kind, share: 0 });
    const { bg, ...colours } = resolveColours(document.body, COLOURS);
    const film: FilmRun = {
      run, image: picture.image, vocab: manifest.vocab, kind: manifest.kind, map: theme.getState().map, smooth: options.getState().smooth,
      title: `${named(manifest.title)}: ${translated(titleOf(run.header))}`, address: shared.beside ? filmAddress(location.href, shared.hash()) : '',
      figures: (cursor) => stepsText(run.events.slice(0, cursor), manifest.kind),
    };
    const making: FilmOptions = { colours, ground: bg, signal: mine.signal, onProgress: (share) => setWork({ kind, share }) };
    try {
      if (kind === 'gif') save(await (await import('./gif.ts')).encodeGif(film, making), fileName(run, manifest.defaults, '.gif'));
      else {
        const video = await (await import('./video.ts')).encodeVideo(film, making);
        if (video) save(video.blob, fileName(run, manifest.defaults, video.ending));
        else setWord(t('This browser encodes neither MP4 nor WebM; the GIF works everywhere.'));
      }
    } catch (error) {
      if (!mine.signal.aborted) studio.reportUnexpected(error);
    }
    if (!mine.signal.aborted) setWork(null);
  };
  const label = (kind: Kind, name: string) => (work?.kind === kind ? `${name} ${percentDone(work.share)}` : name);
  return (
    <section>
      <h2 className="heading">{t('Animation')}</h2>
      <div className="share-row">
        <button type="button" className="button" aria-disabled={work !== null} onClick={() => !work && void make('gif')}>{label('gif', 'GIF')}</button>
        {'VideoEncoder' in window && <button type="button" className="button" aria-disabled={work !== null} onClick={() => !work && void make('video')}>{label('video', t('Video'))}</button>}
        {work && <GoingButton to=".button" within=".share-row" className="button quiet" onClick={() => { abort.current?.abort(); setWork(null); }}>{t('Cancel')}</GoingButton>}
      </div>
      <p className="hint" role="status">{word || t('Shows picture, entropy map, strip and figures, in this page’s colours.')}</p>
    </section>
  );
}
