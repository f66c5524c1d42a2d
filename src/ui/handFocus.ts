import type { MouseEvent } from 'react';

/** Pressed by key, or by what stands in for one: no pointer was there. */
export const byKey = ({ detail }: MouseEvent): boolean => detail === 0;

/** For a button that goes away with its own press: by key the press hands the focus on to `to`, inside of `within`. A pointer has no use for it, and on a phone a field would open the keyboard. */
export function handFocus(event: MouseEvent<HTMLElement>, to: string, within = 'body'): void {
  if (byKey(event)) event.currentTarget.closest(within)?.querySelector<HTMLElement>(to)?.focus();
}
