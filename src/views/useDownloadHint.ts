import { useStore } from 'zustand';
import { variantBytes } from '../../engine/manifest-files.ts';
import { megabytes } from '../lib/format.ts';
import { variantInUse } from '../state/pack.ts';
import { t } from '../text/t.ts';
import { useStudio } from './context.ts';

/** Size of what the page's model downloads first, where a metered connection has the page wait for a word; null elsewhere. */
export function useDownloadSize(): string | null {
  const { pack } = useStudio().session;
  return useStore(pack, (state) => (state.model === 'asking' && state.manifest ? megabytes(variantBytes(state.manifest, variantInUse(state, state.manifest))) : null));
}

/** The same as a sentence, for what needs the model. */
export function useDownloadHint(): string | null {
  const size = useDownloadSize();
  return size && t('Downloads the model first: {size}.', { size });
}
