import { runToJson } from '../../../engine/log.ts';
import { fileName, save } from '../../share/files.ts';
import { runOf } from '../../state/run.ts';
import { t } from '../../text/t.ts';
import { Icon } from '../../ui/Icon.tsx';
import { useRun, useRunView } from '../context.ts';

/** The run in view as a file: header, every event, digest (docs/packs.md, "A run"). */
export function DownloadRun() {
  const { run } = useRunView();
  const empty = useRun((state) => state.count === 0 || state.phase === 'running');
  const download = () => {
    const { header } = run.getState();
    if (!header) return;
    save(new Blob([runToJson(runOf(header, run.getState()))], { type: 'application/json' }), fileName(header, '.run.json'));
  };
  return (
    <button type="button" className="button icon" disabled={empty} onClick={download} aria-label={t('Download run as JSON')} title={t('Download run as JSON')}><Icon name="download" /></button>
  );
}
