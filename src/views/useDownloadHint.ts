import { useStore } from 'zustand';
import { variantBytes } from '../../engine/manifest-files.ts';
import { megabytes } from '../lib/format.ts';
import { t } from '../text/t.ts';
import { useStudio } from './context.ts';

/** Size of what the page's model downloads first, where a metered connection has the page wait for a word; null elsewhere. */
export function useDownloadSize(): string | null {
  const { pack } = useStudio().session;
  const manifest = useStore(pack, (state) => (state.model === 'asking' ? state.manifest : null));
  const variant = useStore(pack, (state) => state.variant);
  return manifest && megabytes(variantBytes(manifest, variant ?? manifest.defaultVariant.wasm));
}

/** The same as a sentence, for what needs the model. */
export function useDownloadHint(): string | null {
  const size = useDownloadSize();
  return size && t('Downloads the model first: {size}.', { size });
}
