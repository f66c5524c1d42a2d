import { titleOf } from '../state/runRequest.ts';
import { translated, t } from '../text/t.ts';
import { BIBTEX, dataCredit } from './citation.ts';
import { CopyButton } from './CopyButton.tsx';
import { embedSnippet } from './embedSnippet.ts';
import type { Shared } from './useShared.ts';

/** Code to show the run in another page, the paper, and whose data it is. */
export function Cite({ shared }: { shared: Shared }) {
  const { run, manifest, beside } = shared;
  const snippet = embedSnippet(location.href, shared.hash(), t('DPAR decoding {title}', { title: translated(titleOf(run.header)) }));
  return (
    <section>
      <h2 className="heading">{t('Embed and cite')}</h2>
      <div className="share-row">
        {beside && <CopyButton text={snippet}>{t('Copy embed code')}</CopyButton>}
        <CopyButton text={BIBTEX}>{t('Copy BibTeX')}</CopyButton>
      </div>
      {beside && <details><summary>{t('Embed code')}</summary><pre tabIndex={0} aria-label={t('Embed code')}>{snippet}</pre></details>}
      <details><summary>{t('Paper')}</summary><pre tabIndex={0} aria-label={t('BibTeX of the paper')}>{BIBTEX}</pre></details>
      <p className="hint">{t('Data: {credit}', { credit: dataCredit(manifest) })}</p>
    </section>
  );
}
