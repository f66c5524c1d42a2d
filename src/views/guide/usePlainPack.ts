import { useEffect, useState } from 'react';
import type { Manifest } from '../../../engine/manifest.ts';
import { findPlainPack } from '../../state/packsBeside.ts';

/** null where there is none, undefined while it is looked for. */
export type Plain = Manifest | null | undefined;

/** The plain transformer beside a pack. */
export function usePlainPack(pack: Manifest | null): Plain {
  const [plain, setPlain] = useState<Plain>();
  useEffect(() => {
    let here = true;
    if (pack) void findPlainPack(pack, document.baseURI).then((found) => here && setPlain(found?.manifest ?? null));
    return () => { here = false; };
  }, [pack]);
  return plain;
}
