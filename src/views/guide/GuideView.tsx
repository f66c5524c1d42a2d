import { say } from '../../../engine/phrase.ts';
import { sharesPasses } from '../../../engine/view.ts';
import { Fragment, useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { CLAIMS, clampStep, STEPS } from '../../state/guide/steps.ts';
import { claimPage } from '../../lib/links.ts';
import { named, translated, t } from '../../text/t.ts';
import { handFocus } from '../../ui/handFocus.ts';
import { usePack, useRun, useWorkbench, WorkbenchContext } from '../context.ts';
import { useKeysOf } from '../keys.ts';
import { COLUMN, NARROW, useMedia } from '../media.ts';
import { Stage } from '../stage/Stage.tsx';
import Strip from '../strip/Strip.tsx';
import Transport from '../transport/Transport.tsx';
import { guideSession } from './session.ts';
import { Measured } from './Measured.tsx';
import { StepEnd, StepNav } from './StepNav.tsx';
import { StepReading } from './StepReading.tsx';
import { stepText } from './texts.tsx';
import { usePlainPack } from './usePlainPack.ts';
import './guide.css';

/** What has a use of its own for Shift and an arrow. */
const OWN = 'input, select, textarea, [role="slider"], [role="dialog"], dialog';

/** The idea in steps, each on the real views with a recorded run. */
export default function GuideView() {
  const page = useWorkbench();
  const { studio } = page;
  const { guide, bench } = guideSession(page);
  const own = usePack((state) => state.manifest);
  const manifest = useStore(guide.view.pack, (state) => state.manifest);
  const plain = usePlainPack(manifest);
  const pageRun = useRun((state) => state.id);
  const step = clampStep(useStore(studio.address.views, (state) => state.step));
  const { phase, problem } = useStore(guide);
  const passes = useStore(guide.view.run, ({ events }) => sharesPasses(events));
  const narrow = useMedia(NARROW);
  const column = useMedia(COLUMN);
  const map = useStore(page.theme, (state) => state.map);
  const title = useRef<HTMLHeadingElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const entry = STEPS[step - 1]!;
  useKeysOf(guide.view, studio.session.stop, true);

  const go = (wanted: number) => {
    if (clampStep(wanted) === step) return;
    studio.address.views.setStep(clampStep(wanted));
    title.current?.focus({ preventScroll: true });
    title.current?.scrollIntoView({ block: 'nearest' });
  };
  const latest = useRef(go);
  useEffect(() => { latest.current = go; });

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (by === undefined || !event.shiftKey || event.altKey || event.ctrlKey || event.metaKey || (event.target as Element).closest(OWN)) return;
      event.preventDefault();
      event.stopPropagation();
      latest.current(step + by);
    };
    window.addEventListener('keydown', press, true);
    return () => window.removeEventListener('keydown', press, true);
  }, [step]);

  // A pack without recordings shows the run of the page, once there is one.
  const fallback = own?.recordings.length === 0 ? pageRun : 0;
  useEffect(() => void guide.go(step), [guide, step, own, fallback]);
  useEffect(() => {
    bench.options.setState({ stage: narrow ? entry.stage : 'both', draws: entry.draws });
    const track = narrow ? stage.current?.querySelector('.stage') : null;
    track?.scrollTo({ left: entry.stage === 'entropy' ? track.scrollWidth : 0 });
  }, [bench, entry, narrow, phase]);

  if (!manifest) return <main className="guide"><p className="boot">{t('Opening…')}</p></main>;
  const { title: heading, text, more, tryIt, formula } = stepText(entry.id, manifest, map, { plain, passes });
  const titles = STEPS.map(({ id }) => stepText(id, manifest, map, { plain, passes }).title);
  const claim = CLAIMS[entry.id] ? claimPage(CLAIMS[entry.id]!) : null;
  const inspect = async () => {
    studio.address.views.open('inspect');
    await studio.offerWayBack(say`Now showing the run of the guide.`, await guide.takeAlong());
  };
  const generate = () => {
    const { header } = guide.view.run.getState();
    studio.address.views.open('generate');
    void guide.takePack().then(() => header && studio.chooseClass(header.class));
  };
  return (
    <main className="guide">
      <div className="guide-text">
        <StepNav step={step} titles={titles} onStep={go} />
        <div className="guide-words" aria-live="polite">
          <p className="small-print muted">{t('Step {step} of {n}', { step, n: STEPS.length })}{own && own.name !== manifest.name && ` · ${t('Runs of {pack}', { pack: named(manifest.title) })}`}</p>
          <h1 ref={title} tabIndex={-1}><Title text={heading} /></h1>
          <p>{text}</p>
          {more && <p>{more}</p>}
          {tryIt && <p className="try-it">{tryIt}</p>}
        </div>
        <WorkbenchContext value={bench}><div className="guide-reading"><StepReading id={entry.id} plain={plain} /></div></WorkbenchContext>
        {(formula || claim) && (
          <div className="guide-paper">
            {formula}
            {claim && <p className="small-print"><a href={claim} target="_blank" rel="noreferrer">{t('What was measured of this claim of the paper')}</a></p>}
          </div>
        )}
        {problem && <p className="field-error" role="alert">{translated(problem.message)} {translated(problem.detail)}</p>}
        <div className="guide-links">
          <button type="button" className="button" disabled={phase !== 'ready'} onClick={(event) => { handFocus(event, '[data-view="inspect"]'); void inspect(); }}>{t('Look closer in Inspect')}</button>
          <button type="button" className="button" disabled={phase !== 'ready'} onClick={(event) => { handFocus(event, '[data-view="generate"]'); generate(); }}>{t('Generate one yourself')}</button>
          {step === STEPS.length && <button type="button" className="button" onClick={(event) => { handFocus(event, '[data-view="compare"]'); studio.address.views.open('compare'); }}>{t('Open Compare')}</button>}
        </div>
      </div>
      <div className="guide-stage" ref={stage}>
        <WorkbenchContext value={bench}><Measured id={entry.id} pack={manifest} plain={plain} /></WorkbenchContext>
        {entry.place !== 'none' && (phase === 'none'
          ? <p className="boot">{t('This pack has no recorded run to show. Generate a picture first; the guide then uses it.')}</p>
          : <WorkbenchContext value={bench}><GuideStage small={entry.place === 'small'} /></WorkbenchContext>)}
      </div>
      {column && <StepEnd step={step} titles={titles} onStep={go} />}
    </main>
  );
}

/** A title that breaks after its colon, where it has to. */
const Title = ({ text }: { text: string }) => text.split(': ').map((part, i, { length }) => (
  <Fragment key={part}>{i > 0 && ' '}<span>{part}{i < length - 1 && ':'}</span></Fragment>
));

/** The run of the step. `small`: below its strip, where the step is about what the strip changes. */
function GuideStage({ small }: { small: boolean }) {
  if (small) return <><Strip /><div className="guide-run small"><Stage titleLevel={2} /></div></>;
  return (
    <>
      <div className="guide-run"><Stage titleLevel={2} /></div>
      <Strip />
      <Transport />
    </>
  );
}
