import { useRef, type UIEvent } from 'react';
import { useStore } from 'zustand';
import { usePack, useWorkbench } from '../context.ts';
import type { StageMode } from '../../state/options.ts';
import { EntropyView } from './EntropyView.tsx';
import { Legend } from './Legend.tsx';
import { PictureView } from './PictureView.tsx';
import { StageHead } from './StageHead.tsx';

/** Picture and entropy map side by side; on a phone one at a time, swiped or chosen. */
export function Stage() {
  const { options } = useWorkbench();
  const mode = useStore(options, (state) => state.stage);
  const size = usePack((state) => state.manifest?.image.size);
  const track = useRef<HTMLDivElement>(null);

  const choose = (stage: StageMode) => {
    options.setState({ stage });
    const target = track.current;
    if (target) target.scrollTo({ left: stage === 'entropy' ? target.scrollWidth : 0, behavior: 'smooth' });
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
      <StageHead mode={mode} onMode={choose} />
      <div className={`stage ${mode}`} ref={track} onScroll={swiped}>
        <figure className="view picture-view">
          <figcaption><span>Image</span>{size && <span className="muted">{size} × {size} pixels</span>}</figcaption>
          <PictureView />
        </figure>
        <figure className="view entropy-view">
          <figcaption><span>Next-token entropy</span><Legend /></figcaption>
          <EntropyView />
        </figure>
      </div>
    </>
  );
}
