import { runToJson } from '../../../engine/log.ts';
import { fileName, save } from '../../share/files.ts';
import { useLeftOut } from '../../share/leftOut.ts';
import { runOf } from '../../state/run.ts';
import { t } from '../../text/t.ts';
import { Icon } from '../../ui/Icon.tsx';
import { useRun, useRunView } from '../context.ts';

/** The run in view as a file: header, every event, digest (docs/packs.md, "A run"). Its title says what of the screen the file does not hold. */
export function DownloadRun() {
  const { run, pack } = useRunView();
  const empty = useRun((state) => state.count === 0 || state.phase === 'running');
  const without = useLeftOut();
  const name = t('Download run as JSON');
  const download = () => {
    const { header } = run.getState();
    if (!header) return;
    const made = runOf(header, run.getState());
    save(new Blob([runToJson(made)], { type: 'application/json' }), fileName(made, pack.getState().manifest?.defaults, '.run.json'));
  };
  return (
    <button type="button" className="button icon" disabled={empty} onClick={download} aria-label={name} title={without ? `${name}. ${without}` : name}><Icon name="download" /></button>
  );
}
