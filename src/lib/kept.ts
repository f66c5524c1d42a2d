/** A choice kept in this browser, if it is one of those there are. */
export function readKept<T extends string>(key: string, isOne: (value: string | null) => value is T): T | null {
  try {
    const value = localStorage.getItem(key);
    return isOne(value) ? value : null;
  } catch {
    return null;
  }
}

/** Keeps a choice; null forgets it. Storage may be blocked: the choice then lasts for this visit. */
export function keep(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Nothing to be done about it, and nothing is lost.
  }
}
