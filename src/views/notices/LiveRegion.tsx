import { usePack, useRun } from '../context.ts';
import { backendName } from '../bar/loadText.ts';

/** State changes in words, for screen readers; never per token. */
export function LiveRegion() {
  const phase = useRun((state) => state.phase);
  const title = useRun((state) => state.title);
  const origin = useRun((state) => state.origin);
  const total = useRun((state) => (state.phase === 'running' ? 0 : state.count));
  const model = usePack((state) => state.model);
  const backend = usePack((state) => state.report?.backend);
  const run = {
    empty: '',
    running: `Decoding ${title}.`,
    complete: origin === 'recorded' ? `Showing a recorded run: ${title}.` : `${title} is finished: ${total} tokens.`,
    stopped: `Stopped after ${total} tokens.`,
    failed: 'The run failed.',
  }[phase];
  const loaded = { idle: '', asking: 'The model is not loaded.', loading: 'The model is loading.', ready: `The model is ready on ${backendName(backend ?? '')}.`, failed: 'The model could not be loaded.' }[model];
  return (
    <>
      <p className="visually-hidden" role="status">{run}</p>
      <p className="visually-hidden" role="status">{loaded}</p>
    </>
  );
}
