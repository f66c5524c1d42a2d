import { together } from '../../../engine/phrase.ts';
import { useRef } from 'react';
import { percentDone } from '../../lib/format.ts';
import { deskOf } from '../../state/inspect/desk.ts';
import { named, translated, t } from '../../text/t.ts';
import { handFocus } from '../../ui/handFocus.ts';
import { useDesk, usePack, useStudio } from '../context.ts';
import { useDownloadHint } from '../useDownloadHint.ts';
import { ProblemMessage } from '../notices/ProblemMessage.tsx';
import { CropFrame } from './CropFrame.tsx';
import { Gallery } from './Gallery.tsx';
import { openAny } from './openAny.ts';

const ACCEPT = 'image/*,.png,.jpg,.jpeg,.webp,.avif,.gif,.bmp,.heic';

const WORDS = {
  reading: 'Reading the picture', waiting: 'Waiting for the model', working: 'Encoding it into tokens',
  probing: 'Computing probabilities',
} as const;

/** Where a picture comes from: a file, the clipboard, or the held-out pictures of the pack. */
export function SourcePanel() {
  const studio = useStudio();
  const desk = deskOf(studio);
  const input = useRef<HTMLInputElement>(null);
  const phase = useDesk((state) => state.phase);
  const progress = useDesk((state) => state.progress);
  const problem = useDesk((state) => state.problem);
  const words = useDesk((state) => state.words);
  const source = useDesk((state) => state.source);
  const download = useDownloadHint();
  const share = progress && progress.total > 0 ? percentDone(progress.loaded / progress.total) : '';
  return (
    <section className="source" aria-label={t('Your own picture')}>
      <div className="settings-head">
        <h2 className="heading">{t('Your own picture')}</h2>
        {source && <button type="button" className="button quiet small" onClick={(event) => { handFocus(event, '.pick', '.source'); desk.close(); }}>{t('Remove picture')}</button>}
      </div>
      <input
        ref={input} type="file" accept={ACCEPT} className="visually-hidden" tabIndex={-1} aria-hidden="true"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = '';
          if (file) void openAny(studio, file);
        }}
      />
      <button type="button" className="button pick" onClick={() => input.current?.click()}>{t('Choose a picture…')}</button>
      <p className="hint">{t('Or drop or paste one anywhere here. It stays on this device.')}{download && ` ${download}`}</p>
      <p className="hint desk-phase">
        <span role="status">{phase in WORDS && `${t(WORDS[phase as keyof typeof WORDS])}…`}</span>{phase in WORDS && <span aria-hidden="true"> {share}</span>}
      </p>
      {problem && <ProblemMessage problem={problem} onClose={desk.forget} />}
      {source?.animated && <p className="hint" role="note">{t('This file is animated; its first frame is used.')}</p>}
      {source && <CropFrame />}
      {words.length > 0 && (
        <p className="unfamiliar" role="note"><strong>{t('Outside the training data.')}</strong> {translated(together(words))} {t('Treat these entropies with caution.')}</p>
      )}
      {source && <ProbabilityClass />}
      <Gallery />
    </section>
  );
}

/** The class that the picture's probabilities are for. */
function ProbabilityClass() {
  const desk = deskOf(useStudio());
  const manifest = usePack((state) => state.manifest);
  const chosen = useDesk((state) => state.class);
  const phase = useDesk((state) => state.phase);
  if (!manifest) return null;
  return (
    <label className="field-row">
      <span>{t('Probabilities for')}</span>
      <select className="field" value={chosen} disabled={phase === 'reading'} onChange={(event) => void desk.setClass(Number(event.target.value))}>
        <option value={manifest.classes.length}>{t('no class')}</option>
        {manifest.classes.map((entry, index) => <option key={entry.id} value={index}>{named(entry.label)}</option>)}
      </select>
    </label>
  );
}
