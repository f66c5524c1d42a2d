import { createGuide, type Guide } from '../../state/guide/guide.ts';
import { createOptions } from '../../state/options.ts';
import { oncePer } from '../../lib/oncePer.ts';
import { reducedMotion } from '../../lib/reducedMotion.ts';
import type { Workbench } from '../context.ts';
import { createFrameLoop } from '../frame.ts';

export interface GuideSession {
  guide: Guide;
  /** Stage, strip and figures of the tour: its own run, its own loop, its own way of showing. */
  bench: Workbench;
}

/** The tour of this page. */
export const guideSession = oncePer((page: Workbench): GuideSession => {
  const guide = createGuide(page.studio, document.baseURI, reducedMotion);
  return { guide, bench: { ...page, view: guide.view, generateWithThis: guide.generateWithThis, frame: createFrameLoop(page.studio.settings, guide.view), options: createOptions() } };
});
