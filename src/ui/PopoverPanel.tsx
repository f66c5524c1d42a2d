import clsx from 'clsx';
import { Popover } from 'radix-ui';
import type { ReactNode, RefObject } from 'react';

/** The open panel of src/ui/Popover.tsx: closes on Escape or a press elsewhere, and hands the focus back to its button, unless the press took it elsewhere. */
export default function PopoverPanel({ anchor, label, className, onClose, children }: {
  anchor: RefObject<HTMLButtonElement | null>;
  label: string;
  className: string | undefined;
  onClose: () => void;
  children: ReactNode;
}) {
  // The button's own press closes the panel; taken as a press elsewhere, it would open again at once.
  const keepForButton = (event: { target: EventTarget | null; preventDefault: () => void }) => {
    if (anchor.current?.contains(event.target as Node)) event.preventDefault();
  };
  // A press into a field has moved the focus there: it stays.
  const giveBack = (event: Event) => {
    event.preventDefault();
    const { activeElement } = document;
    if (!activeElement || activeElement === document.body) anchor.current?.focus();
  };
  return (
    <Popover.Root open onOpenChange={(open) => !open && onClose()}>
      <Popover.Anchor virtualRef={anchor as RefObject<HTMLButtonElement>} />
      <Popover.Portal>
        <Popover.Content
          className={clsx('popover', className)} align="end" sideOffset={8} collisionPadding={12} aria-label={label}
          onInteractOutside={keepForButton} onCloseAutoFocus={giveBack}
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
