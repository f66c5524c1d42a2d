import { useKeys } from './keys.ts';
import LiveRegion from './notices/LiveRegion.tsx';
import Toast from './toast/Toast.tsx';

/** What the page has use for only once something can be done on it: keys, announcements, the line on what was just done. */
export default function Around() {
  useKeys();
  return <><LiveRegion /><Toast /></>;
}
