import type { FocusEvent, MouseEvent } from 'react';

let entered: EventTarget | null = null;

/**
 * For a field whose value is replaced more often than edited: all of it is selected when the field is entered, by key or by
 * press, so that what is typed stands alone. A press within the field then sets the caret as usual.
 */
export const selectOnEntry = {
  onFocus(event: FocusEvent<HTMLInputElement>): void {
    entered = event.currentTarget;
    event.currentTarget.select();
  },
  /** The press that gave the focus has set the caret meanwhile, unless it was drawn over some letters. */
  onMouseUp(event: MouseEvent<HTMLInputElement>): void {
    const field = event.currentTarget;
    if (entered === field && field.selectionStart === field.selectionEnd) field.select();
    entered = null;
  },
};
