import { useCallback, type MouseEvent, type RefCallback } from 'react';

/** Pressed by key, or by what stands in for one: no pointer was there. */
export const byKey = ({ detail }: MouseEvent): boolean => detail === 0;

/** The content of the page takes the focus, as its skip link has it. */
export function focusMain(options?: FocusOptions): void {
  const main = document.querySelector('main');
  main?.setAttribute('tabindex', '-1');
  main?.focus(options);
}

/** The first that takes the focus of what `to` names inside of `within`, but for `from` itself; else the content of the page. */
function handOn(from: Element, to: string, within: string): void {
  for (const next of from.closest(within)?.querySelectorAll<HTMLElement>(to) ?? []) {
    if (from.contains(next)) continue;
    next.focus();
    if (document.activeElement === next) return;
  }
  focusMain({ preventScroll: true });
}

/** For a button that goes away, or off, with its own press: by key the press hands the focus on to `to`, inside of `within`. A pointer has no use for it, and on a phone a field would open the keyboard. */
export function handFocus(event: MouseEvent<HTMLElement>, to: string, within = 'body'): void {
  if (byKey(event)) handOn(event.currentTarget, to, within);
}

/** For what goes away some time after a press, or by itself, such as Stop with the end of its run: a ref that hands on the focus where a key has brought it there. */
export function useHandFocus<E extends HTMLElement>(to: string, within = 'body'): RefCallback<E> {
  return useCallback((element: E | null) => () => {
    const { activeElement } = document;
    if (element && activeElement?.matches(':focus-visible') && element.contains(activeElement)) handOn(element, to, within);
  }, [to, within]);
}
