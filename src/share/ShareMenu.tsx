import { titleOf } from '../state/runRequest.ts';
import { translated, t } from '../text/t.ts';
import { usePlayback } from '../views/context.ts';
import { Cite } from './Cite.tsx';
import { FileRows } from './FileRows.tsx';
import { FilmRow } from './FilmRow.tsx';
import { useLeftOut } from './leftOut.ts';
import { LinkRow } from './LinkRow.tsx';
import { useShared } from './useShared.ts';
import '../styles/share.css';

/** Everything that leaves the studio: link, files, film, embed code, citation. */
export default function ShareMenu() {
  const shared = useShared();
  const without = useLeftOut();
  const cursor = usePlayback((state) => state.cursor);
  if (!shared) return <p className="muted">{t('A run can be shared once it has ended.')}</p>;
  return (
    <>
      <p className="share-title">{translated(titleOf(shared.run.header))}</p>
      {without && <p className="hint">{without}</p>}
      <LinkRow shared={shared} cursor={cursor} />
      <FileRows shared={shared} />
      <FilmRow shared={shared} />
      <Cite shared={shared} />
    </>
  );
}
