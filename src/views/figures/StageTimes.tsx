import type { Stage } from '../../../engine/log.ts';
import type { StageFigure } from '../../../engine/view.ts';
import { milliseconds, percent } from '../../lib/format.ts';
import { t } from '../../text/t.ts';
import { usePack } from '../context.ts';

const STAGES = [
  { key: 'entropy', label: 'Entropy model', colour: 'var(--stage-entropy)' },
  { key: 'encoder', label: 'Encoder', colour: 'var(--stage-encoder)' },
  { key: 'patchTransformer', label: 'Patch transformer', colour: 'var(--stage-patch)' },
  { key: 'decoder', label: 'Decoder', colour: 'var(--stage-decoder)' },
  { key: 'gpt', label: 'Transformer', colour: 'var(--stage-patch)' },
  { key: 'sampling', label: 'Sampling', colour: 'var(--stage-sampling)' },
  { key: 'wait', label: 'Waiting for the GPU', colour: 'var(--stage-wait)' },
] as const satisfies readonly { key: Stage; label: string; colour: string }[];

/** Share of the time per stage, and milliseconds per time it ran. */
export function StageTimes({ stages }: { stages: Partial<Record<Stage, StageFigure>> }) {
  const gpt = usePack((state) => state.manifest?.kind === 'gpt');
  const rows = STAGES.filter(({ key }) => (key === 'wait' ? stages.wait : key === 'sampling' || (key === 'gpt') === gpt));
  const total = STAGES.reduce((sum, { key }) => sum + (stages[key]?.sum ?? 0), 0);
  return (
    <section>
      <h2 className="heading">{t('Where the time goes')}</h2>
      <div className="stacked" aria-hidden="true">
        {total > 0 && rows.map(({ key, colour }) => <i key={key} style={{ flexGrow: (stages[key]?.sum ?? 0) / total, background: colour }} />)}
      </div>
      <table className="times">
        <thead><tr><th scope="col"><span className="visually-hidden">{t('Stage')}</span></th><th scope="col" title={t('Share of the model’s time')}>{t('share')}</th><th scope="col">{t('per call')}</th></tr></thead>
        <tbody>
          {rows.map(({ key, label, colour }) => {
            const stage = stages[key];
            return (
              <tr key={key}>
                <th scope="row"><i style={{ background: colour }} />{t(label)}</th>
                <td className="muted">{stage && total > 0 ? percent(stage.sum / total) : ''}</td>
                <td>{stage ? milliseconds(stage.mean) : '–'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
