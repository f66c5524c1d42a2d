/**
 * Colour-blind-safe maps at even steps; linear in between. Viridis: van der Walt and Smith, CC0. Cividis: Nuñez, Anderton and Renslow, 2018.
 * `threshold` has two halves, which meet at E_th: blue joins a patch, orange opens one.
 */
const ANCHORS = {
  viridis: [
    0x440154, 0x481a6c, 0x472f7d, 0x414487, 0x39568c, 0x31688e, 0x2a788e, 0x23888e,
    0x1f988b, 0x22a884, 0x35b779, 0x54c568, 0x7ad151, 0xa5db36, 0xd2e21b, 0xfde725,
  ],
  cividis: [
    0x00224e, 0x002e6c, 0x1e3a6f, 0x35456c, 0x47516c, 0x575d6d, 0x666970, 0x757575,
    0x848279, 0x948e77, 0xa59c74, 0xb7a96e, 0xc8b866, 0xdbc75a, 0xeed649, 0xfee838,
  ],
  grey: [0x101010, 0xf2f2f2],
} as const;

/** Below and above E_th, each from its low to its high end. */
const HALVES = [[0x0a2351, 0x2f6cad, 0x5b9bd5], [0xc2570c, 0xe07b1f, 0xf6b455]] as const;

export type MapName = 'threshold' | keyof typeof ANCHORS;

export const isMap = (name: string | null): name is MapName => name === 'threshold' || (name !== null && Object.hasOwn(ANCHORS, name));

const channel = (hex: number, shift: number) => (hex >> shift) & 255;

type Colour = [number, number, number];

function between(anchors: readonly number[], value: number): Colour {
  const at = Math.min(1, Math.max(0, value)) * (anchors.length - 1);
  const low = Math.min(anchors.length - 2, Math.floor(at));
  const a = anchors[low]!;
  const b = anchors[low + 1]!;
  const mix = (shift: number) => Math.round(channel(a, shift) + (channel(b, shift) - channel(a, shift)) * (at - low));
  return [mix(16), mix(8), mix(0)];
}

/**
 * Colour of a value in [0, 1] (clamped) as [r, g, b], 0..255. `centre`: where E_th lies in [0, 1]; a value above it opens a
 * patch. Only the map `threshold` reads it.
 */
export function mapColour(name: MapName, value: number, centre = 0.5): Colour {
  if (name !== 'threshold') return between(ANCHORS[name], value);
  return value > centre ? between(HALVES[1], (value - centre) / Math.max(1e-9, 1 - centre)) : between(HALVES[0], centre > 0 ? value / centre : 1);
}

export const viridis = (value: number) => mapColour('viridis', value);

const hex = (colour: number) => `#${colour.toString(16).padStart(6, '0')}`;

/** The whole map as a CSS gradient, left to right. */
export function mapGradient(name: MapName, centre = 0.5): string {
  if (name !== 'threshold') return `linear-gradient(to right, ${ANCHORS[name].map(hex).join(', ')})`;
  // At the upper end only the lower half is left, without a line of the other.
  const stops = HALVES.slice(0, centre < 1 ? 2 : 1).flatMap((half, i) => half.map((colour, k) => {
    const within = k / (half.length - 1);
    const at = i === 0 ? centre * within : centre + (1 - centre) * within;
    return `${hex(colour)} ${(100 * at).toFixed(1)}%`;
  }));
  return `linear-gradient(to right, ${stops.join(', ')})`;
}
