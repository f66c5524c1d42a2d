import type { MouseEvent } from 'react';

/** For a button that goes away with its own press: by key the press hands the focus on to `to`, inside of `within`. A pointer has no use for it, and on a phone a field would open the keyboard. */
export function handFocus({ detail, currentTarget }: MouseEvent<HTMLElement>, to: string, within = 'body'): void {
  if (detail === 0) currentTarget.closest(within)?.querySelector<HTMLElement>(to)?.focus();
}
