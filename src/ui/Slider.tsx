import { Slider as Radix } from 'radix-ui';
import { useRef, type KeyboardEvent } from 'react';
import { keySteps, SCALED_STEP, stepped, type Track } from '../lib/sliderKeys.ts';

export function Slider(props: Track & {
  label: string;
  value: number;
  valueText: string;
  onChange: (value: number) => void;
}) {
  const { scale } = props;
  const shown = Math.min(props.max, Math.max(props.min, props.value));
  const before = useRef(props.value);
  const change = (at: number) => props.onChange(scale ? scale.value(at) : Number(at.toFixed(6)));
  const track = scale ? { min: 0, max: 1, step: SCALED_STEP, value: [scale.place(shown)] } : { min: props.min, max: props.max, step: props.step, value: [shown] };
  // Radix's own keys go from grid point to grid point, and the value need not lie on one: they could bring back the same value for ever.
  const keys = (event: KeyboardEvent) => {
    const steps = keySteps(event.key, event.shiftKey);
    if (steps === 0) return;
    event.preventDefault();
    const next = stepped(shown, steps, props);
    if (next !== shown) props.onChange(next);
  };
  // A finger that turns out to scroll the page had set a value when it came down: that goes back.
  return (
    <Radix.Root
      className="slider" {...track} onKeyDown={keys}
      onPointerDown={() => { before.current = props.value; }} onPointerCancel={() => props.onChange(before.current)}
      onValueChange={([value]) => value !== undefined && change(value)}
    >
      <Radix.Track className="slider-track"><Radix.Range className="slider-range" /></Radix.Track>
      <Radix.Thumb className="slider-thumb" aria-label={props.label} aria-valuetext={props.valueText} />
    </Radix.Root>
  );
}
