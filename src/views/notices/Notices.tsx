import { useStore } from 'zustand';
import type { Phrase } from '../../../engine/phrase.ts';
import { isLocalPack } from '../../state/localPacks.ts';
import type { Problem } from '../../state/problem.ts';
import { symbols } from '../../text/rich.tsx';
import { translated, t } from '../../text/t.ts';
import { handFocus } from '../../ui/handFocus.ts';
import { Icon } from '../../ui/Icon.tsx';
import { usePack, useRun, useStudio } from '../context.ts';

/** What went wrong, why, and what to do next. What is already on the page stays. `inPlace`: a phrase as it is true where it is shown. */
export function Notices({ inPlace = (phrase) => phrase }: { inPlace?: (phrase: Phrase) => Phrase }) {
  const studio = useStudio();
  const list = useStore(studio.notices, (state) => state.list);
  const packProblem = usePack((state) => state.problem);
  const noPack = usePack((state) => state.manifest === null);
  const chooses = usePack((state) => state.problem?.code === 'pack-left' && isLocalPack(state.manifestUrl));
  const runProblem = useRun((state) => state.problem);
  const shown = (problem: Problem): Problem => ({ ...problem, message: inPlace(problem.message), ...(problem.detail && { detail: inPlace(problem.detail) }) });
  return (
    <div className="notices" role="region" aria-label={t('Messages')} aria-live="polite">
      {packProblem && (chooses
        ? <Message problem={shown(packProblem)} action={t('Choose it again')} onAction={() => document.querySelector<HTMLElement>('.pack-chip')?.click()} />
        : <Message problem={shown(packProblem)} action={t('Try again')} onAction={() => void (noPack ? studio.open() : studio.session.load())} />)}
      {runProblem && <Message problem={shown(runProblem)} action={t('Generate again')} onAction={() => void studio.generateAgain()} />}
      {list.map((notice) => <Message key={notice.id} problem={shown(notice)} action={notice.action && translated(notice.action.label)} onAction={notice.action?.run} onClose={() => studio.notices.close(notice.id)} />)}
    </div>
  );
}

/** Buttons of the other messages; one of them at most has the focus. */
const OTHERS = '.notice:not(:focus-within) button';

function Message(props: { problem: Problem; action?: string; onAction?: () => void; onClose?: () => void }) {
  const { problem, action, onAction, onClose } = props;
  return (
    <div className="notice" data-code={problem.code}>
      <Icon name="alert" />
      <p><strong>{symbols(translated(problem.message))}</strong> <span>{symbols(translated(problem.detail))}</span></p>
      {action && <button type="button" className="button" onClick={(event) => { handFocus(event, OTHERS, '.notices'); onAction?.(); }}>{action}</button>}
      {onClose && <button type="button" className="button icon quiet" aria-label={t('Close message')} onClick={(event) => { handFocus(event, OTHERS, '.notices'); onClose(); }}><Icon name="close" /></button>}
    </div>
  );
}
