import type { Stage } from '../../../engine/log.ts';
import type { StageFigure } from '../../../engine/view.ts';
import { milliseconds, percent } from '../../lib/format.ts';
import { t } from '../../text/t.ts';
import { usePack } from '../context.ts';
import { hasStage, STAGES } from '../stages.ts';

const stagesInOrder = Object.keys(STAGES) as Stage[];

/** Share of the time per stage, and milliseconds per time it ran. */
export function StageTimes({ stages }: { stages: Partial<Record<Stage, StageFigure>> }) {
  const gpt = usePack((state) => state.manifest?.kind === 'gpt');
  const rows = stagesInOrder.filter((stage) => hasStage(stage, gpt, stages.wait !== undefined));
  const total = stagesInOrder.reduce((sum, stage) => sum + (stages[stage]?.sum ?? 0), 0);
  return (
    <section>
      <h2 className="heading">{t('Where the time goes')}</h2>
      <div className="stacked" aria-hidden="true">
        {total > 0 && rows.map((stage) => <i key={stage} style={{ flexGrow: (stages[stage]?.sum ?? 0) / total, background: `var(--${STAGES[stage].colour})` }} />)}
      </div>
      <table className="times">
        <thead><tr><th scope="col"><span className="visually-hidden">{t('Stage')}</span></th><th scope="col" title={t('Share of the model’s time')}>{t('share')}</th><th scope="col">{t('per call')}</th></tr></thead>
        <tbody>
          {rows.map((stage) => {
            const figure = stages[stage];
            return (
              <tr key={stage}>
                <th scope="row"><i style={{ background: `var(--${STAGES[stage].colour})` }} />{t(STAGES[stage].label)}</th>
                <td className="muted">{figure && total > 0 ? percent(figure.sum / total) : ''}</td>
                <td>{figure ? milliseconds(figure.mean) : '–'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
