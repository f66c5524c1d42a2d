import { useEffect, useState } from 'react';
import type { Manifest } from '../../../engine/manifest.ts';
import { findPlainPack } from '../../state/plainPack.ts';
import { WorthPanel } from '../worth/WorthPanel.tsx';

/** The verdict at the end of the guide. */
export function GuideWorth({ pack }: { pack: Manifest }) {
  const [plain, setPlain] = useState<Manifest | null>(null);
  useEffect(() => {
    let here = true;
    void findPlainPack(pack, document.baseURI).then((found) => here && setPlain(found?.manifest ?? null));
    return () => { here = false; };
  }, [pack]);
  return <WorthPanel pack={pack} plain={plain} />;
}
