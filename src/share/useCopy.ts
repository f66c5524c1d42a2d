import { useState } from 'react';

/** Copies texts and says for a moment how it went; where the clipboard is closed it says what to do instead. */
export function useCopy() {
  const [status, setStatus] = useState<'' | 'Copied' | 'Select and copy it'>('');
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      setStatus('Copied');
    } catch {
      setStatus('Select and copy it');
    }
    setTimeout(() => setStatus(''), 2500);
  };
  return { status, copy };
}
