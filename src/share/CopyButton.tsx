import type { ReactNode } from 'react';
import { t } from '../text/t.ts';
import { Icon } from '../ui/Icon.tsx';
import { useCopy } from './useCopy.ts';

/** Copies a text and says so. */
export function CopyButton({ text, children }: { text: string; children: ReactNode }) {
  const { said, copy } = useCopy();
  return (
    <button type="button" className="button" onClick={() => void copy(text)}>
      {said === 'Copied' && <Icon name="check" size={16} />}<span aria-live="polite">{said ? t(said) : children}</span>
    </button>
  );
}
