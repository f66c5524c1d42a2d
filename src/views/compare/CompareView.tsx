import { useEffect } from 'react';
import { useStore } from 'zustand';
import { sameTokens } from '../../state/sameTokens.ts';
import { t } from '../../text/t.ts';
import { Toggle } from '../../ui/Toggle.tsx';
import { useDeviceBusy, usePack, useRun, useWorkbench, WorkbenchContext } from '../context.ts';
import { useKeysOf } from '../keys.ts';
import { ProblemMessage } from '../notices/ProblemMessage.tsx';
import Strip from '../strip/Strip.tsx';
import { HowItRan } from '../timeline/HowItRan.tsx';
import Transport from '../transport/Transport.tsx';
import { CellPair } from './CellPair.tsx';
import { CompareTable } from './CompareTable.tsx';
import { PixelDifference, TokenDifferenceMap } from './DifferenceMaps.tsx';
import { FirstChoice } from './FirstChoice.tsx';
import { Half } from './Half.tsx';
import { Presets } from './Presets.tsx';
import { compareSession, usePacks, useSecond, type CompareSession } from './session.ts';
import { FloatingStop } from '../toast/FloatingStop.tsx';
import { SourceSelect } from './SourceSelect.tsx';
import { Swap } from './Swap.tsx';
import { ThresholdSheet } from './ThresholdSheet.tsx';
import { SweepPlot } from '../worth/SweepPlot.tsx';
import { sweepThreshold } from '../worth/sweepThreshold.ts';
import { WorthPanel } from '../worth/WorthPanel.tsx';
import './compare.css';

/** Two runs with one cursor: pictures, maps and strips above each other, what differs beside them, figures below. */
export default function CompareView() {
  const page = useWorkbench();
  const session = compareSession(page);
  const { compare, linked } = session;
  const pageRun = useRun((state) => state.id);
  const { problem, sides: { a, b } } = useStore(compare);
  const benches = session.benches();
  const second = useSecond(session);
  const alike = useStore(a.pack, (state) => state.manifest?.kind) === useStore(b.pack, (state) => state.manifest?.kind);
  useKeysOf(a, compare.stop, true);
  const { sides } = useStore(page.studio.address.views);
  useEffect(() => {
    if (page.view.run.getState().header) void compare.start(!linked.restore());
  }, [compare, linked, page, pageRun, sides]);
  useEffect(() => linked.watch(), [linked]);
  useEffect(() => compare.watchPage(), [compare]);
  const pack = usePack((state) => state.hash);
  useEffect(() => void compare.discover(), [compare, pack]);
  return (
    <main className="compare">
      <h1 className="visually-hidden">{t('Compare two runs')}</h1>
      <Worth session={session} />
      <div className="compare-choice">
        <div className="compare-sources">
          <SourceSelect name="a" session={session} />
          <Swap session={session} />
          <SourceSelect name="b" session={session} />
          <Options />
        </div>
        {second && <Presets session={session} />}
      </div>
      {problem && <ProblemMessage problem={problem} onClose={compare.forget} />}
      <div className={second ? 'compare-stage' : 'compare-stage alone'}>
        {!second && <FirstChoice session={session} />}
        <section className="compare-side a" aria-label={t('Run A')}>
          <WorkbenchContext value={benches.a}><Half name="a" session={session} /></WorkbenchContext>
        </section>
        {second && <>
          <section className="compare-side b" aria-label={t('Run B')}>
            <WorkbenchContext value={benches.b}><Half name="b" session={session} /></WorkbenchContext>
          </section>
          <section className="compare-side difference" aria-label={t('Difference')}>
            <WorkbenchContext value={benches.a}>
              <PixelDifference session={session} />
              <TokenDifferenceMap session={session} />
            </WorkbenchContext>
          </section>
        </>}
      </div>
      <div className="compare-strips">
        <WorkbenchContext value={benches.a}><Strip label={t('Entropy strip of run A')} /></WorkbenchContext>
        <WorkbenchContext value={benches.b}><WithRun><Strip label={t('Entropy strip of run B')} legend={!alike} /></WithRun></WorkbenchContext>
        <WorkbenchContext value={benches.a}><Transport /></WorkbenchContext>
      </div>
      <Stop session={session} />
      <ThresholdSheet session={session} />
      <WorkbenchContext value={benches.a}><Measured /></WorkbenchContext>
      <div className="compare-figures">
        <CompareTable session={session} />
        <CellPair session={session} />
      </div>
      <div className="compare-ran">
        {(['a', 'b'] as const).map((name) => (
          <WorkbenchContext key={name} value={benches[name]}><WithRun><HowItRan title={t('Timing of run {name}', { name: name.toUpperCase() })} /></WithRun></WorkbenchContext>
        ))}
      </div>
    </main>
  );
}

/** What says something of a run only, where its side has one. */
function WithRun({ children }: { children: React.ReactNode }) {
  return useRun((state) => state.header !== null) ? children : null;
}

/** Ends what either pack makes. */
function Stop({ session }: { session: CompareSession }) {
  return <FloatingStop running={useDeviceBusy()} onStop={() => void session.compare.stop()} />;
}

/** The verdict on the page's pack, or on the one with patches beside it. */
function Worth({ session }: { session: CompareSession }) {
  const all = usePacks(session).map(({ manifest }) => manifest);
  const pack = all.find(({ kind }) => kind === 'dpar');
  // After a change of pack those beside the one before are listed until the new ones are found.
  return pack ? <WorthPanel pack={pack} plain={all.find((other) => other.kind === 'gpt' && sameTokens(other, pack)) ?? null} /> : null;
}

/** Quality against steps of A's pack, where its evaluation has it; A's threshold is marked, where the sweep holds for A's patches. */
function Measured() {
  const manifest = usePack((state) => state.manifest);
  const settings = useRun((state) => state.header?.settings);
  const sweep = manifest?.evaluation.sweep;
  return sweep && <SweepPlot pack={manifest} sweep={sweep} threshold={sweepThreshold(settings ?? manifest.defaults, manifest.defaults)} />;
}

function Options() {
  const { options } = useWorkbench();
  const { bricks, smooth } = useStore(options);
  return (
    <div className="compare-options">
      <Toggle label={t('Patches')} checked={bricks} onChange={(value) => options.setState({ bricks: value })} />
      <Toggle label={t('Smooth')} checked={smooth} onChange={(value) => options.setState({ smooth: value })} />
    </div>
  );
}
