/** Perceptual, colour-blind-safe maps at 16 even steps; linear in between. Viridis: van der Walt and Smith, CC0. Cividis: Nuñez, Anderton and Renslow, 2018. */
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

export type MapName = keyof typeof ANCHORS;

export const isMap = (name: string | null): name is MapName => name !== null && Object.hasOwn(ANCHORS, name);

const channel = (hex: number, shift: number) => (hex >> shift) & 255;

/** Colour of a value in [0, 1] (clamped) as [r, g, b], 0..255. */
export function mapColour(name: MapName, value: number): [number, number, number] {
  const anchors: readonly number[] = ANCHORS[name];
  const at = Math.min(1, Math.max(0, value)) * (anchors.length - 1);
  const low = Math.min(anchors.length - 2, Math.floor(at));
  const a = anchors[low]!;
  const b = anchors[low + 1]!;
  const mix = (shift: number) => Math.round(channel(a, shift) + (channel(b, shift) - channel(a, shift)) * (at - low));
  return [mix(16), mix(8), mix(0)];
}

export const viridis = (value: number) => mapColour('viridis', value);

/** The whole map as a CSS gradient, left to right. */
export const mapGradient = (name: MapName): string => `linear-gradient(to right, ${ANCHORS[name].map((hex) => `#${hex.toString(16).padStart(6, '0')}`).join(', ')})`;
