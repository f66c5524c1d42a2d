import { useEffect, useState } from 'react';
import type { Manifest } from '../../../engine/manifest.ts';
import type { StepId } from '../../state/guide/steps.ts';
import { findPlainPack } from '../../state/packsBeside.ts';
import { t } from '../../text/t.ts';
import { useFrameEvery, useRunView } from '../context.ts';
import { Resolution } from '../worth/Resolution.tsx';
import { SweepPlot } from '../worth/SweepPlot.tsx';
import { WorthPanel } from '../worth/WorthPanel.tsx';

/** What was measured over many pictures, in the steps that are about more than the run in view. */
export function Measured({ id, pack }: { id: StepId; pack: Manifest }) {
  const [plain, setPlain] = useState<Manifest | null>(null);
  useEffect(() => {
    let here = true;
    void findPlainPack(pack, document.baseURI).then((found) => here && setPlain(found?.manifest ?? null));
    return () => { here = false; };
  }, [pack]);
  if (id === 'inference') return <Raised pack={pack} />;
  if (id === 'resolution') return plain && <section className="worth"><Resolution pack={pack} plain={plain} open /></section>;
  return id === 'verdict' ? <WorthPanel pack={pack} plain={plain} /> : null;
}

/** Quality against steps; the threshold in view is marked. */
function Raised({ pack }: { pack: Manifest }) {
  useFrameEvery(120);
  const { rules } = useRunView().shown();
  const { sweep } = pack.evaluation;
  if (!sweep) return <p className="muted">{t('Other thresholds were not measured for this pack.')}</p>;
  return <SweepPlot sweep={sweep} threshold={rules?.entropyThreshold ?? pack.defaults.entropyThreshold} />;
}
