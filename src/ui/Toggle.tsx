import { Switch } from 'radix-ui';
import { useId } from 'react';

export function Toggle(props: { label: string; checked: boolean; onChange: (checked: boolean) => void }) {
  const id = useId();
  return (
    <span className="toggle">
      <Switch.Root className="switch" id={id} checked={props.checked} onCheckedChange={props.onChange}>
        <Switch.Thumb asChild><span /></Switch.Thumb>
      </Switch.Root>
      <label htmlFor={id}>{props.label}</label>
    </span>
  );
}
