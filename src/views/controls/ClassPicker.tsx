import type { FocusEvent } from 'react';
import { RadioGroup } from 'radix-ui';
import { said, t } from '../../text/t.ts';
import { usePack, useSettings, useStudio } from '../context.ts';
import { usePackImage } from '../packImage.ts';

/** The focus came from another class: by an arrow key. Radix chooses only while the key is still down, which a busy page may miss. */
const fromSibling = ({ relatedTarget, currentTarget }: FocusEvent<HTMLElement>) =>
  relatedTarget?.closest('[role="radiogroup"]') === currentTarget.closest('[role="radiogroup"]');

/** Classes as held-out pictures; names are never cut off. */
export function ClassPicker() {
  const { chooseClass } = useStudio();
  const manifest = usePack((state) => state.manifest);
  const url = usePack((state) => state.manifestUrl);
  const chosen = useSettings((state) => state.class);
  const sheet = usePackImage(manifest?.thumbnails.file, url);
  if (!manifest) return <div className="classes" aria-hidden="true">{Array.from({ length: 10 }, (_, i) => <div key={i} className="class-card blank" />)}</div>;
  const { columns } = manifest.thumbnails;
  const rows = Math.ceil(manifest.classes.length / columns);
  const at = (index: number, count: number) => (count > 1 ? `${(100 * index) / (count - 1)}%` : '0');
  return (
    <RadioGroup.Root className="classes" aria-label={t('Class')} value={String(chosen)} onValueChange={(value) => chooseClass(Number(value))}>
      {manifest.classes.map((entry, index) => (
        <RadioGroup.Item key={entry.id} value={String(index)} className="class-card" aria-label={said(entry.label)} onFocus={(event) => fromSibling(event) && chooseClass(index)}>
          <span
            className="thumb" aria-hidden="true"
            style={{
              backgroundImage: sheet, backgroundSize: `${columns * 100}% ${rows * 100}%`,
              backgroundPosition: `${at(index % columns, columns)} ${at(Math.floor(index / columns), rows)}`,
            }}
          />
          <span className="class-name">{said(entry.label)}</span>
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}
