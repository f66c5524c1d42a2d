import { useStore } from 'zustand';
import type { StageMode } from '../../state/options.ts';
import { t } from '../../text/t.ts';
import { backendName } from '../bar/loadText.ts';
import { late } from '../../ui/late.tsx';
import { useEdit, useRun, useStudio, useWhatIf } from '../context.ts';
import { givenText } from '../givenText.ts';
import { RunName } from './RunName.tsx';

const StageOptions = late(() => import('./StageOptions.tsx'), () => <div className="stage-options" />);

/** What is in view, where it comes from, and how it is shown. */
export function StageHead({ titleLevel, ...shown }: { mode: StageMode; narrow: boolean; onMode: (mode: StageMode) => void; titleLevel: 1 | 2 }) {
  return (
    <div className="stage-head">
      <RunTitle level={titleLevel} />
      <StageOptions {...shown} />
    </div>
  );
}

/** The run a link asked for: the same as its digest says, or not. */
function LinkNote() {
  const { link } = useStudio().address;
  const outcome = useStore(link, (state) => state.outcome);
  const header = useRun((state) => state.header);
  if (!outcome || outcome.header !== header) return null;
  return <span className="mark" role="status">{outcome.same ? t('Matches the link') : t('Differs from the link')}</span>;
}

function RecordedChip({ backend }: { backend: string | undefined }) {
  const where = backend ? ` ${t('on {backend}', { backend: backendName(backend) })}` : '';
  return (
    <>
      <span className="chip recorded" title={t('Recorded with this pack{where} and played back here; nothing is being computed.', { where })}>{t('Recorded')}</span>
      <span className="run-note optional">{where}</span>
    </>
  );
}

const Chip = ({ phase, words }: { phase: string; words: string }) => <span className={`chip ${phase}`} title={words}>{words}</span>;

const WORDS = { running: 'Decoding', stopped: 'Stopped', failed: 'Failed' } as const;

const MADE = { recorded: 'Recorded', opened: 'Opened', generated: 'Generated here', given: 'Your picture' } as const;

/** What is on top of the run: shown, but never decoded. */
function Marks() {
  const redrawn = useWhatIf((state) => state.rules !== null);
  const edited = useEdit((state) => state.draft !== null);
  const given = useRun((state) => (state.origin === 'given' ? 0 : state.header?.given?.length ?? 0));
  return (
    <>
      {given > 0 && !edited && <span className="mark" title={givenText(given)}>{t('from token {given}', { given })}</span>}
      {edited && <span className="mark whatif">{t('Edited')}</span>}
      {redrawn && <span className="mark whatif">{t('What-if')}</span>}
    </>
  );
}

function RunTitle({ level }: { level: 1 | 2 }) {
  const Heading = `h${level}` as const;
  const title = useRun((state) => state.title);
  const origin = useRun((state) => state.origin);
  const phase = useRun((state) => state.phase);
  const backend = useRun((state) => state.header?.backend);
  if (phase === 'empty') return <Heading className="run-title muted">{t('No run yet')}</Heading>;
  return (
    <Heading className="run-title">
      <RunName title={title} />
      <span className="run-marks">
        {origin === 'recorded' ? <RecordedChip backend={backend} /> : <Chip phase={phase} words={t(phase === 'complete' ? MADE[origin] : WORDS[phase])} />}
        <Marks />
        <LinkNote />
      </span>
    </Heading>
  );
}
