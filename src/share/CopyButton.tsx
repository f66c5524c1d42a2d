import type { ReactNode } from 'react';
import { t } from '../text/t.ts';
import { Icon } from '../ui/Icon.tsx';
import { useCopy } from './useCopy.ts';

/** Copies a text and says so. */
export function CopyButton({ text, children }: { text: string; children: ReactNode }) {
  const { status, copy } = useCopy();
  return (
    <button type="button" className="button" onClick={() => void copy(text)}>
      {status === 'Copied' && <Icon name="check" size={16} />}<span aria-live="polite">{status ? t(status) : children}</span>
    </button>
  );
}
