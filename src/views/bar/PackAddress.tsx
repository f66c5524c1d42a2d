import { useId, useState, type FormEvent } from 'react';
import { openPackAt } from '../../packs/packAt.ts';
import { t } from '../../text/t.ts';
import { useMaking, useStudio } from '../context.ts';

/** A pack that lies elsewhere, by its address; it is asked about before it is used. */
export function PackAddress() {
  const studio = useStudio();
  const id = useId();
  const [text, setText] = useState('');
  const running = useMaking();
  const open = (event: FormEvent) => {
    event.preventDefault();
    void openPackAt(studio, text);
  };
  return (
    <form className="pack-address" onSubmit={open}>
      <label className="heading" htmlFor={id}>{t('Load a pack from a URL')}</label>
      <div className="pack-address-row">
        <input id={id} className="field" type="text" inputMode="url" autoComplete="off" spellCheck={false} placeholder="https://…/manifest.json" value={text} onChange={(event) => setText(event.target.value)} />
        <button type="submit" className="button" disabled={running || text.trim() === ''}>{t('Open')}</button>
      </div>
    </form>
  );
}
