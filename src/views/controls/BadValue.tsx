import type { Problem } from '../../state/problem.ts';
import { handFocus } from '../../ui/handFocus.ts';
import { symbols } from '../../text/rich.tsx';
import { translated, t } from '../../text/t.ts';

/** Why a field's text cannot be used, and the way back to what it was. */
export function BadValue({ id, problem, back, onUndo }: { id: string; problem: Problem; back: string; onUndo: () => void }) {
  return (
    <div className="bad-value">
      <p className="field-error" id={id}>{symbols(translated(problem.message))}</p>
      <button type="button" className="button small" onClick={(event) => { handFocus(event, 'input', '.setting, .seed'); onUndo(); }}>{t('Reset to {value}', { value: back })}</button>
    </div>
  );
}
