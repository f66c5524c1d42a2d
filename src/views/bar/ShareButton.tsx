import { useState } from 'react';
import { writeAddress } from '../../state/address.ts';
import { Icon } from '../../ui/Icon.tsx';
import { useStudio } from '../context.ts';

/** Copies a link that makes the run in view again. */
export function ShareButton() {
  const studio = useStudio();
  const [said, setSaid] = useState<'' | 'Copied' | 'In the address bar'>('');
  const share = async () => {
    const { manifest, name } = studio.pack.getState();
    const { header } = studio.run.getState();
    const { class: index, seed, values } = studio.settings.getState();
    if (!manifest || !values) return;
    const hash = writeAddress(name, manifest, header ?? { class: index, seed, settings: values });
    history.replaceState(null, '', hash);
    try {
      await navigator.clipboard.writeText(location.href);
      setSaid('Copied');
    } catch {
      setSaid('In the address bar');
    }
    setTimeout(() => setSaid(''), 2500);
  };
  return (
    <button type="button" className="button share" onClick={() => void share()} title="Copy a link that makes this run again">
      <Icon name={said ? 'check' : 'share'} size={18} />
      <span className="optional" aria-live="polite">{said || 'Copy link'}</span>
    </button>
  );
}
