import { t } from '../text/t.ts';
import { useCopy } from './useCopy.ts';

/** The system's share sheet, where there is one. Closing it is no failure; where it does not open, the link is copied. */
export function NativeShare({ title, url }: { title: string; url: string }) {
  const { status, copy } = useCopy();
  if (!('share' in navigator)) return null;
  const share = async () => {
    try {
      await navigator.share({ title, url });
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError')) await copy(url);
    }
  };
  return <button type="button" className="button" onClick={() => void share()}><span aria-live="polite">{status ? t(status) : t('Share…')}</span></button>;
}
