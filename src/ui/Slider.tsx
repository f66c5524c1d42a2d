import { Slider as Radix } from 'radix-ui';
import type { Scale } from '../lib/thresholdScale.ts';

/** Of the travel, where a scale is given. */
const SCALED_STEP = 0.005;

export function Slider(props: {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  valueText: string;
  /** Where values lie on the track; without it they are evenly spaced. */
  scale?: Scale | null;
  onChange: (value: number) => void;
}) {
  const { scale } = props;
  const shown = Math.min(props.max, Math.max(props.min, props.value));
  const change = (at: number) => props.onChange(scale ? scale.value(at) : Number(at.toFixed(6)));
  const track = scale ? { min: 0, max: 1, step: SCALED_STEP, value: [scale.place(shown)] } : { min: props.min, max: props.max, step: props.step, value: [shown] };
  return (
    <Radix.Root
      className="slider" {...track}
      onValueChange={([value]) => value !== undefined && change(value)}
    >
      <Radix.Track className="slider-track"><Radix.Range className="slider-range" /></Radix.Track>
      <Radix.Thumb className="slider-thumb" aria-label={props.label} aria-valuetext={props.valueText} />
    </Radix.Root>
  );
}
