import { RunLog, runToJson } from '../../../engine/log.ts';
import { t } from '../../text/t.ts';
import { Icon } from '../../ui/Icon.tsx';
import { useRun, useRunView } from '../context.ts';

/** The run in view as a file: header, every event, digest (docs/packs.md, "A run"). */
export function DownloadRun() {
  const { run } = useRunView();
  const empty = useRun((state) => state.count === 0 || state.phase === 'running');
  const save = () => {
    const { header, events } = run.getState();
    if (!header) return;
    const text = runToJson(new RunLog(header, events).toRun());
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    link.download = `${header.pack.name}-${header.className.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${header.seed}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  return (
    <button type="button" className="button icon" disabled={empty} onClick={save} aria-label={t('Download run as JSON')} title={t('Download run as JSON')}><Icon name="download" /></button>
  );
}
