import { useState } from 'react';

/** Copies texts and says for a moment how it went; where the clipboard is closed it says what to do instead. */
export function useCopy() {
  const [said, setSaid] = useState<'' | 'Copied' | 'Select and copy it'>('');
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      setSaid('Select and copy it');
    }
    setTimeout(() => setSaid(''), 2500);
  };
  return { said, copy };
}
