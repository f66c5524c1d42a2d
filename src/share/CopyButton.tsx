import { useState, type ReactNode } from 'react';
import { t } from '../text/t.ts';
import { Icon } from '../ui/Icon.tsx';

/** Copies a text and says so; where the clipboard is closed it says what to do instead. */
export function CopyButton({ text, children }: { text: string; children: ReactNode }) {
  const [said, setSaid] = useState<'' | 'Copied' | 'Select and copy it'>('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      setSaid('Select and copy it');
    }
    setTimeout(() => setSaid(''), 2500);
  };
  return (
    <button type="button" className="button" onClick={() => void copy()}>
      {said === 'Copied' && <Icon name="check" size={16} />}<span aria-live="polite">{said ? t(said) : children}</span>
    </button>
  );
}
