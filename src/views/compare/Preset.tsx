import type { KeyboardEvent, ReactNode } from 'react';

/** One way to compare with. Off by its own press, but not disabled: the focus stays on it. */
export function Preset({ busy, title, onPress, children }: { busy: boolean; title?: string; onPress: () => void; children: ReactNode }) {
  return <button type="button" className="button" aria-disabled={busy} title={title} onClick={() => !busy && onPress()}>{children}</button>;
}

/** Keys that change a closed list. */
const CHANGES = /^(Arrow|Page|Home|End|[^ ]$)/;

/** A class to compare with, from a list that begins a run: keys that would choose one unseen open it. */
export function PresetSelect({ label, words, busy, onChoose, children }: { label: string; words: string; busy: boolean; onChoose: (index: number) => void; children: ReactNode }) {
  const keys = (event: KeyboardEvent<HTMLSelectElement>) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (busy ? event.key !== 'Tab' && event.key !== 'Escape' : CHANGES.test(event.key)) event.preventDefault();
    if (!busy && CHANGES.test(event.key)) event.currentTarget.showPicker?.();
  };
  return (
    <label className="preset-class">
      <span className="visually-hidden">{label}</span>
      <select
        className="field" aria-disabled={busy} value="" onKeyDown={keys} onMouseDown={(event) => busy && event.preventDefault()}
        onChange={(event) => !busy && onChoose(Number(event.target.value))}
      >
        <option value="" disabled>{words}</option>
        {children}
      </select>
    </label>
  );
}
