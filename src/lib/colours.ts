/** Computed values of colour properties (`--name`), as a canvas can use them. */
export function resolveColours<K extends string>(element: HTMLElement, names: readonly K[]): Record<K, string> {
  const probe = document.createElement('span');
  // Reduced motion gives every element a tiny transition, at whose start the colour would still be the one before.
  probe.style.setProperty('transition', 'none', 'important');
  element.append(probe);
  // Forced colours would give all of them one colour; what is drawn with them is data.
  probe.style.setProperty('forced-color-adjust', 'none');
  const entries = names.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color] as const;
  });
  probe.remove();
  return Object.fromEntries(entries) as Record<K, string>;
}

/** A colour of resolveColours(), seen through: alpha 0..1. */
export const faded = (colour: string, alpha: number): string => `color-mix(in srgb, ${colour} ${Math.round(100 * alpha)}%, transparent)`;
