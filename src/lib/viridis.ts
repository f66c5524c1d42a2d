/** Viridis (van der Walt and Smith, CC0) at 16 even steps; linear in between. */
const ANCHORS = [
  0x440154, 0x481a6c, 0x472f7d, 0x414487, 0x39568c, 0x31688e, 0x2a788e, 0x23888e,
  0x1f988b, 0x22a884, 0x35b779, 0x54c568, 0x7ad151, 0xa5db36, 0xd2e21b, 0xfde725,
];

const channel = (hex: number, shift: number) => (hex >> shift) & 255;

/** Colour of a value in [0, 1] (clamped) as [r, g, b], 0..255. */
export function viridis(value: number): [number, number, number] {
  const at = Math.min(1, Math.max(0, value)) * (ANCHORS.length - 1);
  const low = Math.min(ANCHORS.length - 2, Math.floor(at));
  const a = ANCHORS[low]!;
  const b = ANCHORS[low + 1]!;
  const mix = (shift: number) => Math.round(channel(a, shift) + (channel(b, shift) - channel(a, shift)) * (at - low));
  return [mix(16), mix(8), mix(0)];
}

/** The whole map as a CSS gradient, left to right. */
export const viridisGradient = `linear-gradient(to right, ${ANCHORS.map((hex) => `#${hex.toString(16).padStart(6, '0')}`).join(', ')})`;
