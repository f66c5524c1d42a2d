/** Of this browser, or of this tab. */
type Place = 'localStorage' | 'sessionStorage';

/** A choice that was kept, if it is one of those there are. */
export function readKept<T extends string>(key: string, isOne: (value: string | null) => value is T, place: Place = 'localStorage'): T | null {
  try {
    const value = globalThis[place].getItem(key);
    return isOne(value) ? value : null;
  } catch {
    return null;
  }
}

/** Keeps a choice; null forgets it. Storage may be blocked: the choice then lasts for this visit. */
export function keep(key: string, value: string | null, place: Place = 'localStorage'): void {
  try {
    if (value === null) globalThis[place].removeItem(key);
    else globalThis[place].setItem(key, value);
  } catch {
    // Nothing to be done about it, and nothing is lost.
  }
}
