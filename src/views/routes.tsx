import { lazy, type ComponentType } from 'react';
import type { ViewId } from '../state/views.ts';
import { GenerateView } from './GenerateView.tsx';

/** The component of every view of src/state/views.ts. All but the first are fetched when they are opened. */
export const ROUTES: Record<ViewId, ComponentType> = {
  generate: GenerateView,
  inspect: lazy(() => import('./inspect/InspectView.tsx')),
  compare: lazy(() => import('./compare/CompareView.tsx')),
  guide: lazy(() => import('./guide/GuideView.tsx')),
};
