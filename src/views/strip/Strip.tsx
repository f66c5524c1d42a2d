import { useEffect, useMemo, useRef, type KeyboardEvent } from 'react';
import { useStore } from 'zustand';
import { sameRules } from '../../../engine/whatif.ts';
import { canvasFont } from '../../lib/canvasFont.ts';
import { resolveColours } from '../../lib/colours.ts';
import { thresholdOf } from '../../lib/thresholdOf.ts';
import { t } from '../../text/t.ts';
import { lookedAt } from '../cell.ts';
import { useDraw, usePack, useRun, useRunView, useStudio, useWhatIf, useWorkbench } from '../context.ts';
import { scrubber } from '../scrub.ts';
import { tokenText } from '../withoutEntropies.ts';
import { drawStrip, type StripColours } from './draw.ts';
import { cursorAt, geometryIn } from './geometry.ts';
import { StripLegend } from './StripLegend.tsx';
import { late } from '../../ui/late.tsx';

const COLOURS = ['text', 'muted', 'line', 'accent', 'surprise', 'forced', 'joins', 'panel'] as const;

const ThresholdLine = late(() => import('./ThresholdLine.tsx'));
const WhatIfBar = late(() => import('./WhatIfBar.tsx'), () => <div className="axis-title" />);

/** Other rules than those of the run are tried out. */
function useTried(): boolean {
  const header = useRun((state) => state.header);
  return useWhatIf((state) => state.rules !== null && header !== null && !sameRules(state.rules, header.settings));
}

/** The entropy strip: timeline, explanation and scrubber in one. `label` tells two on one page apart; one legend is enough for both where they are drawn alike. */
export default function Strip({ label = t('Entropy strip'), legend = true }: { label?: string; legend?: boolean }) {
  const view = useRunView();
  const studio = useStudio();
  const { frame, theme, options } = useWorkbench();
  const draws = useStore(options, (state) => state.draws);
  const cells = draws === 'cells';
  const tokens = usePack((state) => state.manifest?.grid.tokens ?? 256);
  const gridWidth = usePack((state) => state.manifest?.grid.width ?? 16);
  const top = usePack((state) => Math.log(state.manifest?.vocab ?? 1024));
  const tried = useTried();
  const patches = (usePack((state) => state.manifest?.kind !== 'gpt') || tried) && !cells;
  const slider = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const colours = useRef<StripColours | null>(null);

  useEffect(() => {
    const observer = new ResizeObserver(() => frame.request());
    if (slider.current) observer.observe(slider.current);
    return () => observer.disconnect();
  }, [frame]);

  const drawNow = useDraw(() => {
    const [box, target] = [slider.current, canvas.current];
    if (!box || !target) return;
    const ratio = window.devicePixelRatio || 1;
    const g = geometryIn(box, tokens, top);
    const { width, height } = g;
    if (target.width !== Math.round(width * ratio) || target.height !== Math.round(height * ratio)) {
      target.width = Math.round(width * ratio);
      target.height = Math.round(height * ratio);
    }
    colours.current ??= resolveColours(box, COLOURS);
    const ctx = target.getContext('2d')!;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { events: all, known, rules: shownRules, whatIf } = view.shown();
    const events = known < all.length ? all.slice(0, known) : all;
    const playback = view.playback.getState();
    const { cursor } = playback;
    const looked = lookedAt(events.length, playback);
    const threshold = cells ? null : thresholdOf(shownRules ?? studio.settings.getState().values);
    const decoded = whatIf ? thresholdOf(view.run.getState().header?.settings) : null;
    const decodedThreshold = decoded === threshold ? null : decoded;
    drawStrip(ctx, g, { events, cursor, looked: cursor < all.length || playback.pick !== null || playback.pin !== null ? looked : null, gridWidth, patches, passes: draws === 'passes', threshold, decodedThreshold, font: canvasFont(box) }, colours.current);
    const event = events[cursor - 1];
    const text = event ? `${t('token {cursor} of {tokens}', { cursor, tokens })}, ${tokenText(event, view)}` : t('nothing shown yet');
    box.setAttribute('aria-valuenow', String(cursor));
    if (box.getAttribute('aria-valuetext') !== text) box.setAttribute('aria-valuetext', text);
  });
  useEffect(() => theme.subscribe(() => {
    colours.current = null;
    drawNow();
  }), [theme, drawNow]);

  const scrub = useMemo(() => {
    const at = ({ clientX, currentTarget: box }: { clientX: number; currentTarget: HTMLElement }) =>
      cursorAt(geometryIn(box, tokens, top), clientX - box.getBoundingClientRect().left);
    return scrubber((event) => view.playback.seek(at(event)), (event) => {
      // Pointing at a bar looks at its cell in every view.
      const cursor = at(event);
      view.playback.look(cursor <= view.playback.getState().cursor ? cursor - 1 : null);
    });
  }, [tokens, top, view]);
  const keys = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowLeft: -1, ArrowDown: -gridWidth, ArrowRight: 1, ArrowUp: gridWidth, PageDown: -gridWidth, PageUp: gridWidth, Home: -tokens, End: tokens,
    };
    const by = steps[event.key];
    if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    view.playback.step(by);
  };

  return (
    <section className="strip" aria-label={label}>
      {legend && <StripLegend patches={patches} />}
      <div className="strip-area">
        <div
          ref={slider} className="strip-plot" role="slider" tabIndex={0} aria-label={t('Token shown')} aria-orientation="horizontal"
          aria-valuemin={0} aria-valuemax={tokens} aria-valuenow={0}
          {...scrub} onPointerLeave={(event) => event.pointerType === 'mouse' && view.playback.look(null)} onKeyDown={keys}
        >
          <canvas ref={canvas} />
        </div>
        {!cells && <ThresholdLine />}
      </div>
      {tried ? <WhatIfBar /> : <p className="axis-title" aria-hidden="true">{t('tokens in reading order; numbers are rows')}</p>}
    </section>
  );
}
