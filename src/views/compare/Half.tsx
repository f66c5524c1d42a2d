import { useStore } from 'zustand';
import { withoutEdit } from '../../state/compare/compare.ts';
import { t } from '../../text/t.ts';
import { usePack, useRun } from '../context.ts';
import { givenText } from '../givenText.ts';
import { EntropyView } from '../stage/EntropyView.tsx';
import { Legend } from '../stage/Legend.tsx';
import { PictureView } from '../stage/PictureView.tsx';
import { RunName } from '../stage/RunName.tsx';
import type { CompareSession } from './session.ts';

interface Props {
  name: 'a' | 'b';
  session: CompareSession;
}

/** Picture and map of one side. */
export function Half({ name, session }: Props) {
  const title = useRun((state) => state.title);
  const size = usePack((state) => state.manifest !== null);
  const phase = useRun((state) => state.phase);
  useStore(session.linked.outcomes);
  const same = session.linked.same(name);
  return (
    <>
      <figure className="view">
        <figcaption>
          <span className={name === 'b' ? 'side-mark b' : 'side-mark'} aria-hidden="true">{name.toUpperCase()}</span>
          {phase === 'empty' ? <span>{t('No run yet')}</span> : <RunName title={title} />}
          <EditMark name={name} session={session} />
          {same !== null && <span className="mark" role="status">{same ? t('Matches the link') : t('Differs from the link')}</span>}
        </figcaption>
        {size ? <PictureView /> : <div className="square" />}
      </figure>
      <figure className="view">
        <figcaption><span className="optional">{t('Entropy')}</span><Legend /></figcaption>
        {size ? <EntropyView /> : <div className="square" />}
      </figure>
    </>
  );
}

/** The run went on from given tokens; or an edit of it waits in Inspect, and is not shown here. */
function EditMark({ name, session: { compare, page } }: Props) {
  const given = useRun((state) => (state.origin === 'given' ? 0 : state.header?.given?.length ?? 0));
  const source = useStore(compare, (state) => state.source[name]);
  const draft = useStore(page.view.edit, (state) => state.draft);
  if (withoutEdit(source, draft)) return <span className="mark whatif" title={t('An edit waits in Inspect; this is the run as it was decoded.')}>{t('without the edit')}</span>;
  return given > 0 && <span className="mark" title={givenText(given)}>{t('from token {given}', { given })}</span>;
}
