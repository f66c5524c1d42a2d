import type { Manifest } from '../../../engine/manifest.ts';
import type { StepId } from '../../state/guide/steps.ts';
import { measuredPatches } from '../../state/measuredPatches.ts';
import { t } from '../../text/t.ts';
import { useFrameEvery, useRunView } from '../context.ts';
import { NoPlain } from '../worth/NoPlain.tsx';
import { Resolution } from '../worth/Resolution.tsx';
import type { Plain } from './usePlainPack.ts';
import { SweepPlot } from '../worth/SweepPlot.tsx';
import { sweepThreshold } from '../worth/sweepThreshold.ts';
import { WorthPanel } from '../worth/WorthPanel.tsx';

/** What was measured over many pictures, in the steps that are about more than the run in view. */
export function Measured({ id, pack, plain }: { id: StepId; pack: Manifest; plain: Plain }) {
  if (id === 'inference') return <Raised pack={pack} />;
  if ((id !== 'resolution' && id !== 'verdict') || plain === undefined) return null;
  if (measuredPatches(pack) === null) return <p className="muted">{t('No patches were measured for this pack.')}</p>;
  if (id === 'verdict') return <WorthPanel pack={pack} plain={plain} titled={false} />;
  if (plain === null) return <p className="muted"><NoPlain pack={pack} /></p>;
  return <section className="worth"><Resolution pack={pack} plain={plain} open /></section>;
}

/** Quality against steps; the threshold in view is marked. */
function Raised({ pack }: { pack: Manifest }) {
  useFrameEvery(120);
  const { rules } = useRunView().shown();
  const { sweep } = pack.evaluation;
  if (!sweep) return <p className="muted">{t('Other thresholds were not measured for this pack.')}</p>;
  return <SweepPlot pack={pack} sweep={sweep} threshold={sweepThreshold(rules ?? pack.defaults, pack.defaults)} />;
}
