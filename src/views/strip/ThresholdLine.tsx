import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { fixed } from '../../lib/format.ts';
import { keep, readKept } from '../../lib/kept.ts';
import { t } from '../../text/t.ts';
import { Icon } from '../../ui/Icon.tsx';
import { useDraw, usePack, useRunView, useStudio } from '../context.ts';
import { entropyAt, geometryIn, levelY } from './geometry.ts';

const STEP = 0.05;
const COARSE = 0.5;

/** Kept once the line has been moved: the hint has done its work. */
const HINT_KEY = 'dpar-threshold-moved';
const isMoved = (value: string | null): value is 'yes' => value === 'yes';

const settle = (value: number) => Math.round(value / STEP) * STEP;

/** The E_th line's handle: drag it, or use the arrow keys, and the boundaries of a finished run are drawn anew. */
export default function ThresholdLine() {
  const view = useRunView();
  const studio = useStudio();
  const { whatIf, shown } = view;
  const tokens = usePack((state) => state.manifest?.grid.tokens ?? 256);
  const top = usePack((state) => Math.log(state.manifest?.vocab ?? 1024));
  const handle = useRef<HTMLDivElement>(null);
  const number = useRef<HTMLElement>(null);
  const [hint, setHint] = useState(() => readKept(HINT_KEY, isMoved) === null);
  const area = () => geometryIn(handle.current!.parentElement!, tokens, top);

  useDraw(() => {
    const element = handle.current;
    if (!element) return;
    const rules = shown().rules ?? studio.settings.getState().values;
    element.hidden = !rules?.entropyGate;
    if (!rules?.entropyGate) return;
    const value = rules.entropyThreshold;
    element.style.transform = `translateY(${Math.round(levelY(area(), value))}px)`;
    const text = fixed(value, value >= 10 ? 1 : 2);
    if (number.current && number.current.textContent !== text) number.current.textContent = text;
    element.setAttribute('aria-disabled', String(!whatIf.available()));
    element.setAttribute('aria-valuenow', String(Number(value.toFixed(3))));
    element.setAttribute('aria-valuetext', `${text} ${t('nats')}, ${t(shown().whatIf ? 'what-if' : 'as decoded')}`);
  });

  const set = (value: number) => {
    whatIf.set('entropyThreshold', Number(Math.min(top, Math.max(0, settle(value))).toFixed(2)));
    if (!hint) return;
    keep(HINT_KEY, 'yes');
    setHint(false);
  };
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (event.type === 'pointerdown') {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
    } else if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    else set(entropyAt(area(), event.clientY - event.currentTarget.parentElement!.getBoundingClientRect().top));
  };
  const keys = (event: KeyboardEvent) => {
    const by: Record<string, number> = { ArrowUp: STEP, ArrowRight: STEP, ArrowDown: -STEP, ArrowLeft: -STEP, PageUp: COARSE, PageDown: -COARSE, Home: -99, End: 99 };
    const step = by[event.key];
    const rules = whatIf.current();
    if (step === undefined || !rules || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    set(rules.entropyThreshold + step);
  };

  return (
    <div
      ref={handle} className="threshold" role="slider" tabIndex={0} aria-label={t('E_th line, redraws the boundaries')} aria-orientation="vertical"
      aria-valuemin={0} aria-valuemax={Number(top.toFixed(2))} aria-valuenow={0} title={t('Drag to see the boundaries at another threshold')}
      onPointerDown={drag} onPointerMove={drag} onKeyDown={keys}
    >
      <span className="threshold-tag"><Icon name="grip" size={10} /><b ref={number} /></span>
      {hint && <span className="threshold-hint" aria-hidden="true">{t('drag me')}</span>}
    </div>
  );
}
