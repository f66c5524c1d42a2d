import { useRef, useState, type ReactNode } from 'react';
import { late } from './late.tsx';

const loadPanel = () => import('./PopoverPanel.tsx');
const PopoverPanel = late(loadPanel);

/** A button with a panel below it. What the panel is made of is fetched when it is first about to open. */
export function Popover({ load, className, label, title, panelClass, face, children, 'data-model': model }: {
  /** Fetches what is in the panel. */
  load: () => Promise<unknown>;
  className: string;
  /** Name of the panel. */
  label: string;
  /** Name of the button, where it shows none. */
  title?: string;
  panelClass?: string;
  /** What the button shows. */
  face: ReactNode;
  children: ReactNode;
  /** State of what the button shows, for styles. */
  'data-model'?: string;
}) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  /** Before the press that opens it; where this fails, that tries again and reports it. */
  const ahead = () => void Promise.all([loadPanel(), load()]).catch(() => undefined);
  return (
    <>
      <button
        ref={button} type="button" className={className} aria-label={title} title={title} aria-haspopup="dialog" aria-expanded={open} data-model={model}
        onPointerEnter={ahead} onFocus={ahead} onClick={() => setOpen(!open)}
      >
        {face}
      </button>
      {open && <PopoverPanel anchor={button} label={label} className={panelClass} onClose={() => setOpen(false)}>{children}</PopoverPanel>}
    </>
  );
}
