import { useRef } from 'react';
import { RATES } from '../../state/playback.ts';
import { t } from '../../text/t.ts';
import { Icon } from '../../ui/Icon.tsx';
import { useDraw, usePack, usePlayback, useRun, useRunView } from '../context.ts';
import { DownloadRun } from './DownloadRun.tsx';

/** Play, pause, step, speed; the strip above is the scrubber. */
export default function Transport() {
  const view = useRunView();
  const { playback } = view;
  const mode = usePlayback((state) => state.mode);
  const rate = usePlayback((state) => state.rate);
  const running = useRun((state) => state.phase === 'running');
  const empty = useRun((state) => state.count === 0);
  return (
    <div className="transport" role="group" aria-label={t('Playback')}>
      <button type="button" className="button icon" disabled={empty} aria-label={t('First token')} title={t('First token (Home)')} onClick={() => playback.seek(1)}><Icon name="start" /></button>
      <button type="button" className="button icon" disabled={empty} aria-label={t('Step back')} title={t('Step back (←)')} onClick={() => playback.step(-1)}><Icon name="back" /></button>
      <button type="button" className="button icon play" disabled={empty} aria-label={mode === 'paused' ? t('Play') : t('Pause')} title={mode === 'paused' ? t('Play (Space)') : t('Pause (Space)')} onClick={() => view.togglePlay()}>
        <Icon name={mode === 'paused' ? 'play' : 'pause'} />
      </button>
      <button type="button" className="button icon" disabled={empty} aria-label={t('Step forward')} title={t('Step forward (→)')} onClick={() => playback.step(1)}><Icon name="forward" /></button>
      <button
        type="button" className="button icon" disabled={empty} aria-label={running ? t('To the newest token') : t('Last token')} title={running ? t('Follow the decoding') : t('Last token (End)')}
        onClick={() => (running ? playback.goLive() : playback.seek(Infinity))}
      >
        <Icon name="end" />
      </button>
      <label className="rate">
        <span className="visually-hidden">{t('Playback speed')}</span>
        <select className="field" value={rate} onChange={(event) => playback.setRate(Number(event.target.value))}>
          {RATES.map((value) => <option key={value} value={value}>{value} {t('tokens/s')}</option>)}
        </select>
      </label>
      <TokenCount />
      <DownloadRun />
    </div>
  );
}

function TokenCount() {
  const view = useRunView();
  const total = usePack((state) => state.manifest?.grid.tokens ?? 256);
  const text = useRef<HTMLSpanElement>(null);
  useDraw(() => {
    if (text.current) text.current.textContent = String(view.playback.getState().cursor);
  });
  return <p className="token-count"><span className="muted">{t('token')}</span> <span ref={text}>0</span> <span className="muted">{t('of {total}', { total })}</span></p>;
}
