import { Slider as Radix } from 'radix-ui';

export function Slider(props: {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  valueText: string;
  onChange: (value: number) => void;
}) {
  const shown = Math.min(props.max, Math.max(props.min, props.value));
  return (
    <Radix.Root
      className="slider" min={props.min} max={props.max} step={props.step} value={[shown]}
      onValueChange={([value]) => value !== undefined && props.onChange(Number(value.toFixed(6)))}
    >
      <Radix.Track className="slider-track"><Radix.Range className="slider-range" /></Radix.Track>
      <Radix.Thumb className="slider-thumb" aria-label={props.label} aria-valuetext={props.valueText} />
    </Radix.Root>
  );
}
