import { useStore } from 'zustand';
import { elsewhere, tableOf, type Side } from '../../state/compare/table.ts';
import type { RunView } from '../../state/runView.ts';
import { symbols } from '../../text/rich.tsx';
import { t } from '../../text/t.ts';
import { GoingButton } from '../../ui/GoingButton.tsx';
import { backendName } from '../bar/loadText.ts';
import { useDeviceBusy, useFrameEvery, WorkbenchContext } from '../context.ts';
import { shownFigures } from '../figures/shownFigures.ts';
import type { CompareSession } from './session.ts';

const READABLE_MS = 120;

/** Figures of a side as shown; null without a run. */
function sideOf(view: RunView): Side | null {
  const { header, ...run } = view.run.getState();
  const { manifest } = view.pack.getState();
  if (!header || !manifest) return null;
  const shown = view.shown();
  const { cursor } = view.playback.getState();
  const figures = shownFigures(shown, cursor, manifest, header).now;
  return { figures, events: shown.events, run, gpt: manifest.kind === 'gpt' && !shown.whatIf, whatIf: shown.whatIf, backend: backendName(header.backend) };
}

/** Both runs in figures, as far as the cursor shows them; A alone until there is a B. */
export function CompareTable({ session }: { session: CompareSession }) {
  return <WorkbenchContext value={session.benches().a}><Table session={session} /></WorkbenchContext>;
}

/** Times of two devices do not compare: the runs from elsewhere are made again here. */
function MakeHere({ session, which }: { session: CompareSession; which: readonly ('a' | 'b')[] }) {
  const { compare } = session;
  const waiting = useStore(compare, (state) => state.waiting);
  const running = useDeviceBusy();
  const busy = waiting || running;
  const runs = which.length === 2 ? t('A and B') : which[0]!.toUpperCase();
  return <p><GoingButton to=".compare-strips .strip-plot" within="main" className="button" aria-disabled={busy} onClick={() => !busy && void compare.makeHere(which)}>{t('Generate {runs} here to compare times', { runs })}</GoingButton></p>;
}

/** Pins the cell in both runs, so that what each saw there stands beside the other. */
function CellLink({ playback, cell, children }: { playback: CompareSession['compare']['playback']; cell: number; children: string }) {
  return <button type="button" className="link" onClick={() => playback.pinCell(cell)}>{children}</button>;
}

function Table({ session }: { session: CompareSession }) {
  const { compare } = session;
  useFrameEvery(READABLE_MS);
  const { playback } = compare;
  const { a, b } = compare.getState().sides;
  const [one, other] = [sideOf(a), sideOf(b)];
  const rows = tableOf(one, other, playback.getState().cursor);
  const away = one && other ? elsewhere(one, other) : [];
  const [whatIfA, whatIfB] = [a.shown().whatIf, b.shown().whatIf];
  return (
    <section className="compare-table">
      <h2 className="heading">{t('Key figures')}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col"><span className="visually-hidden">{t('Figure')}</span></th>
            <th scope="col"><b className="side-mark a">A</b>{whatIfA && <span className="mark whatif">{t('what-if')}</span>}</th>
            {other && <>
              <th scope="col"><b className="side-mark b">B</b>{whatIfB && <span className="mark whatif">{t('what-if')}</span>}</th>
              <th scope="col">B / A</th>
            </>}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, a, b, change, cell }) => (
            <tr key={key}>
              <th scope="row">{symbols(name)}</th>
              {other && b === ''
                ? <td colSpan={3} data-compare={key}>{cell === undefined ? a : <CellLink playback={playback} cell={cell}>{a}</CellLink>}</td>
                : <>
                  <td data-compare={`${key}-a`}>{a}</td>
                  {other && <><td data-compare={`${key}-b`}>{b}</td><td className="muted">{change}</td></>}
                </>}
            </tr>
          ))}
        </tbody>
      </table>
      {away.length > 0 && <MakeHere session={session} which={away} />}
      <p className="small-print muted">{t('Multiply-accumulates are those of the linear layers, including the entropy model where it decides. “One token per patch” is the same model with patches of one token. Times are those of the device named.')}</p>
    </section>
  );
}
