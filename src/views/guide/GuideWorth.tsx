import { useEffect, useState } from 'react';
import type { Manifest } from '../../../engine/manifest.ts';
import { fetchManifest, manifestAddress } from '../../state/packFiles.ts';
import { fetchPackList } from '../../state/packList.ts';
import { WorthPanel } from '../worth/WorthPanel.tsx';

/** The plain transformer beside the page on the same tokens; null where there is none. */
async function findPlain({ grid, vocab }: Manifest): Promise<Manifest | null> {
  for (const { kind, name } of await fetchPackList(document.baseURI)) {
    if (kind !== 'gpt') continue;
    const manifest = await fetchManifest(name, manifestAddress(name, document.baseURI)).catch(() => null);
    if (manifest?.grid.tokens === grid.tokens && manifest.vocab === vocab) return manifest;
  }
  return null;
}

/** The verdict at the end of the guide. */
export function GuideWorth({ pack }: { pack: Manifest }) {
  const [plain, setPlain] = useState<Manifest | null>(null);
  useEffect(() => {
    let here = true;
    void findPlain(pack).then((found) => here && setPlain(found));
    return () => { here = false; };
  }, [pack]);
  return <WorthPanel pack={pack} plain={plain} />;
}
