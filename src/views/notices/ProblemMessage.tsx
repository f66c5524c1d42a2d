import type { Problem } from '../../state/problem.ts';
import { symbols } from '../../text/rich.tsx';
import { translated, t } from '../../text/t.ts';
import { handFocus } from '../../ui/handFocus.ts';

/** What went wrong, where it went wrong, until it has been read. */
export function ProblemMessage({ problem, onClose }: { problem: Problem; onClose: () => void }) {
  return (
    <div className="problem-message">
      <p className="field-error" role="alert">{symbols(translated(problem.message))} {symbols(translated(problem.detail))}</p>
      <button type="button" className="button small" onClick={(event) => { handFocus(event, '.pick, .compare-sources select', 'main'); onClose(); }}>{t('Close')}</button>
    </div>
  );
}
