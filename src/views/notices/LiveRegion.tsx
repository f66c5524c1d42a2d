import { t } from '../../text/t.ts';
import { usePack, useRun } from '../context.ts';
import { backendName } from '../bar/loadText.ts';
import { runText } from './runText.ts';

/** State changes in words, for screen readers; never per token. */
export default function LiveRegion() {
  // While a run grows its text stays the same.
  const run = useRun(runText);
  const model = usePack((state) => state.model);
  const backend = usePack((state) => state.report?.backend);
  const loaded = { idle: '', asking: t('The model is not loaded.'), loading: t('The model is loading.'), ready: t('The model is ready on {backend}.', { backend: backendName(backend ?? '') }), failed: t('The model could not be loaded.') }[model];
  return (
    <>
      <p className="visually-hidden" role="status">{run}</p>
      <p className="visually-hidden" role="status">{loaded}</p>
    </>
  );
}
