import { useEffect, useRef, type FocusEvent } from 'react';
import { RadioGroup } from 'radix-ui';
import type { Manifest } from '../../../engine/manifest.ts';
import { named, t } from '../../text/t.ts';
import { usePack, useSettings, useStudio } from '../context.ts';
import { late, Opening } from '../../ui/late.tsx';
import { ClassThumb } from './ClassThumb.tsx';

/** So many are all shown at once. */
const FEW = 30;
const ManyClasses = late(() => import('./ManyClasses.tsx'), Opening);

/** The focus came from another class: by an arrow key. Radix chooses only while the key is still down, which a busy page may miss. */
const fromSibling = ({ relatedTarget, currentTarget }: FocusEvent<HTMLElement>) =>
  relatedTarget?.closest('[role="radiogroup"]') === currentTarget.closest('[role="radiogroup"]');

export function ClassPicker() {
  const manifest = usePack((state) => state.manifest);
  if (!manifest) return <div className="classes" aria-hidden="true">{Array.from({ length: 10 }, (_, i) => <div key={i} className="class-card blank" />)}</div>;
  return manifest.classes.length > FEW ? <ManyClasses manifest={manifest} /> : <FewClasses manifest={manifest} />;
}

/** Classes as held-out pictures; names are never cut off. */
function FewClasses({ manifest }: { manifest: Manifest }) {
  const { chooseClass } = useStudio();
  const chosen = useSettings((state) => state.class);
  const list = useRef<HTMLDivElement>(null);
  // A phone shows one row of them to swipe; the page itself must not move.
  useEffect(() => {
    const item = list.current?.children[chosen] as HTMLElement | undefined;
    if (list.current && item) list.current.scrollLeft = item.offsetLeft - (list.current.clientWidth - item.offsetWidth) / 2;
  }, [chosen]);
  return (
    <RadioGroup.Root ref={list} className="classes" aria-label={t('Class')} value={String(chosen)} onValueChange={(value) => chooseClass(Number(value))}>
      {manifest.classes.map((entry, index) => (
        <RadioGroup.Item key={entry.id} value={String(index)} className="class-card" aria-label={named(entry.label)} onFocus={(event) => fromSibling(event) && chooseClass(index)}>
          <ClassThumb manifest={manifest} index={index} />
          <span className="class-name">{named(entry.label)}</span>
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}
