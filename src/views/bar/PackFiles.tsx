import { useRef, type ChangeEvent } from 'react';
import { chosenPack } from '../../packs/packItems.ts';
import { t } from '../../text/t.ts';
import { useMaking, useStudio } from '../context.ts';

/** A pack from this device: its zip or its folder. It is asked about before it is used. */
export function PackFiles() {
  const studio = useStudio();
  const zip = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const ofFolder = (input: HTMLInputElement | null) => {
    folder.current = input;
    if (input) input.webkitdirectory = true;
  };
  const running = useMaking();
  const chosen = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const pack = chosenPack(target.files);
    target.value = '';
    if (pack) void import('../../packs/openPack.ts').then(({ openPack }) => openPack(studio, pack)).catch(studio.reportUnexpected);
  };
  return (
    <div className="pack-files">
      <span className="heading">{t('Load a pack from this device')}</span>
      <div className="pack-address-row">
        <button type="button" className="button" disabled={running} onClick={() => zip.current?.click()}>{t('Zip…')}</button>
        <button type="button" className="button" disabled={running} onClick={() => folder.current?.click()}>{t('Folder…')}</button>
      </div>
      <p className="muted">{t('Or drop its folder or zip on the page.')}</p>
      <input ref={zip} type="file" hidden accept=".zip,application/zip" aria-label={t('Zip of a pack')} onChange={chosen} />
      <input ref={ofFolder} type="file" hidden aria-label={t('Folder of a pack')} onChange={chosen} />
    </div>
  );
}
