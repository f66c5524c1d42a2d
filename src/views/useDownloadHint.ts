import { useStore } from 'zustand';
import { variantBytes } from '../../engine/manifest-files.ts';
import { megabytes } from '../lib/format.ts';
import { t } from '../text/t.ts';
import { useStudio } from './context.ts';

/** For what needs the page's model: what it downloads first, where a metered connection has the page wait for a word; null elsewhere. */
export function useDownloadHint(): string | null {
  const { pack } = useStudio().session;
  const manifest = useStore(pack, (state) => (state.model === 'asking' ? state.manifest : null));
  const variant = useStore(pack, (state) => state.variant);
  return manifest && t('Downloads the model first: {size}.', { size: megabytes(variantBytes(manifest, variant ?? manifest.defaultVariant.wasm)) });
}
