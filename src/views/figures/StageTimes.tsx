import type { Stage } from '../../../engine/log.ts';
import type { StageFigure } from '../../../engine/view.ts';
import { milliseconds } from '../../lib/format.ts';
import { t } from '../../text/t.ts';
import { usePack } from '../context.ts';
import { hasStage, STAGES } from '../stages.ts';
import { Shares } from './Shares.tsx';

const stagesInOrder = Object.keys(STAGES) as Stage[];

/** Share of the time per stage, and milliseconds per time it ran. */
export function StageTimes({ stages }: { stages: Partial<Record<Stage, StageFigure>> }) {
  const gpt = usePack((state) => state.manifest?.kind === 'gpt');
  const rows = stagesInOrder.filter((stage) => hasStage(stage, gpt, stages.wait !== undefined)).map((stage) => {
    const figure = stages[stage];
    const { label, colour } = STAGES[stage];
    return { key: stage, name: t(label), colour, part: figure?.sum, figure: figure ? milliseconds(figure.mean) : '–' };
  });
  return <Shares title={t('Where the time goes')} of={t('Stage')} share={t('Share of the model’s time')} figure={t('per call')} rows={rows} />;
}
