import type { ComponentType } from 'react';
import type { ViewId } from '../state/views.ts';
import { GenerateView } from './GenerateView.tsx';
import { late, OpeningView } from '../ui/late.tsx';

/** The component of every view of src/state/views.ts. All but the first are fetched when they are opened. */
export const ROUTES: Record<ViewId, ComponentType> = {
  generate: GenerateView,
  inspect: late(() => import('./inspect/InspectView.tsx'), OpeningView),
  compare: late(() => import('./compare/CompareView.tsx'), OpeningView),
  guide: late(() => import('./guide/GuideView.tsx'), OpeningView),
};
