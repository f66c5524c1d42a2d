import { ToggleGroup } from 'radix-ui';

/** One of a few choices, always one chosen. */
export function Segmented<T extends string>(props: {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}) {
  return (
    <ToggleGroup.Root
      className="segmented" type="single" aria-label={props.label} value={props.value}
      onValueChange={(value) => value && props.onChange(value as T)}
    >
      {props.options.map((option) => (
        <ToggleGroup.Item key={option.value} value={option.value}>{option.label}</ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
