import type { Stage } from '../../../engine/log.ts';
import type { StageFigure } from '../../../engine/view.ts';
import { milliseconds } from '../../lib/format.ts';

const STAGES: readonly { key: Stage; label: string; colour: string }[] = [
  { key: 'entropy', label: 'Entropy model', colour: 'var(--stage-entropy)' },
  { key: 'encoder', label: 'Encoder', colour: 'var(--stage-encoder)' },
  { key: 'patchTransformer', label: 'Patch transformer', colour: 'var(--stage-patch)' },
  { key: 'decoder', label: 'Decoder', colour: 'var(--stage-decoder)' },
  { key: 'sampling', label: 'Sampling', colour: 'var(--stage-sampling)' },
];

/** Share of the time per stage, and milliseconds per time it ran. */
export function StageTimes({ stages }: { stages: Partial<Record<Stage, StageFigure>> }) {
  const total = STAGES.reduce((sum, { key }) => sum + (stages[key]?.sum ?? 0), 0);
  return (
    <section>
      <h2 className="heading">Where the time goes</h2>
      <div className="stacked" aria-hidden="true">
        {total > 0 && STAGES.map(({ key, colour }) => <i key={key} style={{ flexGrow: (stages[key]?.sum ?? 0) / total, background: colour }} />)}
      </div>
      <table className="times">
        <thead className="visually-hidden"><tr><th>Stage</th><th>Share</th><th>Each time</th></tr></thead>
        <tbody>
          {STAGES.map(({ key, label, colour }) => {
            const stage = stages[key];
            return (
              <tr key={key}>
                <th scope="row"><i style={{ background: colour }} />{label}</th>
                <td className="muted">{stage && total > 0 ? `${((100 * stage.sum) / total).toFixed(0)} %` : ''}</td>
                <td>{stage ? milliseconds(stage.mean) : '–'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
