import { useSyncExternalStore } from 'react';

/** A phone's layout, as in the styles. In em, so that larger letters need a wider page. */
export const NARROW = '(max-width: 44.9375em)';

/** Everything below one another, as in the styles. */
export const COLUMN = '(max-width: 68.6875em)';

/** Whether a media query holds, kept up to date. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener('change', changed);
      return () => list.removeEventListener('change', changed);
    },
    () => matchMedia(query).matches,
  );
}
