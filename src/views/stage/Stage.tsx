import { useEffect, useRef, type UIEvent } from 'react';
import { useStore } from 'zustand';
import { reducedMotion } from '../../lib/reducedMotion.ts';
import { t } from '../../text/t.ts';
import { useWorkbench } from '../context.ts';
import type { StageMode } from '../../state/options.ts';
import { EntropyView } from './EntropyView.tsx';
import { NARROW, useMedia } from '../media.ts';
import { Legend } from './Legend.tsx';
import { PictureCaption } from './PictureCaption.tsx';
import { PictureView } from './PictureView.tsx';
import { StageHead } from './StageHead.tsx';

/** Picture and entropy map side by side; on a phone one at a time, swiped or chosen, unless `whole`. `titleLevel`: the page has a heading of its own above it. */
export function Stage({ titleLevel = 1, whole = false }: { titleLevel?: 1 | 2; whole?: boolean }) {
  const { options, stageRef } = useWorkbench();
  const mode = useStore(options, (state) => state.stage);
  const original = useStore(options, (state) => state.original);
  const narrow = useMedia(NARROW) && !whole;
  const track = useRef<HTMLDivElement>(null);

  // The side that the toggle names is in sight, also in a window made narrow.
  useEffect(() => {
    if (narrow) track.current?.scrollTo({ left: options.getState().stage === 'entropy' ? track.current.scrollWidth : 0 });
  }, [options, narrow]);

  const choose = (stage: StageMode) => {
    options.setState({ stage });
    const target = track.current;
    if (target) target.scrollTo({ left: stage === 'entropy' ? target.scrollWidth : 0, behavior: reducedMotion() ? 'instant' : 'smooth' });
  };
  const swiped = (event: UIEvent<HTMLDivElement>) => {
    const { scrollLeft, scrollWidth, clientWidth } = event.currentTarget;
    if (scrollWidth <= clientWidth + 4) return;
    const share = scrollLeft / (scrollWidth - clientWidth);
    if (share < 0.05) options.setState({ stage: 'image' });
    else if (share > 0.95) options.setState({ stage: 'entropy' });
  };

  return (
    <>
      <StageHead mode={mode} narrow={narrow} onMode={choose} titleLevel={titleLevel} />
      <div className={`stage ${mode}`} ref={(element) => { track.current = stageRef.current = element; }} onScroll={swiped}>
        <figure className="view picture-view">
          <figcaption><PictureCaption /></figcaption>
          <PictureView original={original} />
        </figure>
        <figure className="view entropy-view">
          <figcaption><span>{t('Next-token entropy')}</span><Legend /></figcaption>
          <EntropyView />
        </figure>
      </div>
    </>
  );
}
