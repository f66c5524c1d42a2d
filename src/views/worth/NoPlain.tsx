import type { Manifest } from '../../../engine/manifest.ts';
import { lookForPlain } from '../../state/packsBeside.ts';
import { t } from '../../text/t.ts';
import { useFound } from '../useFound.ts';

const look = (pack: Manifest) => lookForPlain(pack, document.baseURI);

/** Where the view has no plain transformer beside the pack: that there is none, or that it could not be read; nothing while one is on its way. */
export function NoPlain({ pack }: { pack: Manifest }) {
  const found = useFound(pack, look);
  if (found === 'none') return t('There is no plain transformer beside this pack to compare with.');
  return found === 'unread' ? t('The plain transformer to compare with could not be read. Check the connection, then open this view again.') : null;
}
