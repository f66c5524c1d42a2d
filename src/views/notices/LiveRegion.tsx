import { translated, t } from '../../text/t.ts';
import { usePack, useRun } from '../context.ts';
import { backendName } from '../bar/loadText.ts';

/** State changes in words, for screen readers; never per token. */
export default function LiveRegion() {
  const phase = useRun((state) => state.phase);
  const title = translated(useRun((state) => state.title));
  const origin = useRun((state) => state.origin);
  const total = useRun((state) => (state.phase === 'running' ? 0 : state.count));
  const model = usePack((state) => state.model);
  const backend = usePack((state) => state.report?.backend);
  const run = {
    empty: '',
    running: t('Decoding {title}.', { title }),
    complete: origin !== 'generated' ? t(origin === 'opened' ? 'Showing an earlier run: {title}.' : 'Showing a recorded run: {title}.', { title }) : t('{title} is finished: {total} tokens.', { title, total }),
    stopped: t('Stopped after {total} tokens.', { total }),
    failed: t('The run failed.'),
  }[phase];
  const loaded = { idle: '', asking: t('The model is not loaded.'), loading: t('The model is loading.'), ready: t('The model is ready on {backend}.', { backend: backendName(backend ?? '') }), failed: t('The model could not be loaded.') }[model];
  return (
    <>
      <p className="visually-hidden" role="status">{run}</p>
      <p className="visually-hidden" role="status">{loaded}</p>
    </>
  );
}
