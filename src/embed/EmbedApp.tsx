import { useStore } from 'zustand';
import { t } from '../text/t.ts';
import { useMaking, usePack, useRun, useStudio } from '../views/context.ts';
import { useKeys } from '../views/keys.ts';
import LiveRegion from '../views/notices/LiveRegion.tsx';
import { Notices } from '../views/notices/Notices.tsx';
import { Stage } from '../views/stage/Stage.tsx';
import Strip from '../views/strip/Strip.tsx';
import Transport from '../views/transport/Transport.tsx';
import { useDownloadSize } from '../views/useDownloadHint.ts';
import { inEmbed } from './words.ts';
import '../styles/embed.css';

/** Stage, strip and transport for an iframe; the rest is one click away in the studio. */
export default function EmbedApp() {
  useKeys();
  return (
    <div className="embed">
      <LiveRegion />
      <Notices inPlace={inEmbed} />
      <main className="workbench">
        <div className="centre">
          <Stage whole />
          <Strip />
          <Transport />
          <EmbedFoot />
        </div>
      </main>
    </div>
  );
}

function EmbedFoot() {
  const studio = useStudio();
  useRun((state) => state.phase);
  const running = useMaking();
  const model = usePack((state) => state.model);
  const manifest = usePack((state) => state.manifest);
  const asked = useStore(studio.session.queue, (state) => state.queued);
  const page = new URL(location.href);
  page.search = '';
  // The linked run waits, with the tokens that it goes on from, and begins once the model is there.
  const linked = asked && model === 'asking';
  const generate = () => (linked ? studio.session.load() : studio.generate());
  const size = useDownloadSize();
  const start = `${linked ? t('Generate the linked image') : t('Generate')}${size ? ` ${t('(downloads {size})', { size })}` : ''}`;
  const off = !manifest || model === 'loading';
  const words = running ? t('Stop') : model === 'loading' ? t('Loading the model') : start;
  return (
    <p className="embed-foot">
      <button type="button" className="button" aria-disabled={off} onClick={() => !off && void (running ? studio.session.stop() : generate())}>{words}</button>
      <a href={page.href} target="_blank" rel="noopener">{t('Open in DPAR Studio')}</a>
    </p>
  );
}
