import { letterScale } from '../../lib/canvasFont.ts';

/** Where things are on the entropy strip. CSS pixels, origin at the top left of the canvas. */
export interface StripGeometry {
  width: number;
  height: number;
  left: number;
  top: number;
  /** Of the plot: bars grow upwards from `top + plotHeight`. */
  plotHeight: number;
  /** Distance of one bar to the next. */
  pitch: number;
  tokens: number;
  /** Entropy at the top of the plot: ln V, the uniform distribution. */
  maxEntropy: number;
  /** How much larger letters are than usual: their margins grow with them. */
  letters: number;
}

const RIGHT = 6;
const TOP = 14;
/** Room for brackets and row numbers. */
const BOTTOM = 34;

export function stripGeometry(width: number, height: number, tokens: number, maxEntropy: number, letters = 1): StripGeometry {
  const left = (width < 480 ? 30 : 40) * letters;
  return { width, height, left, top: TOP, plotHeight: height - TOP - BOTTOM * letters, pitch: (width - left - RIGHT) / tokens, tokens, maxEntropy, letters };
}

/** Of a strip on the page. */
export const geometryIn = ({ clientWidth, clientHeight }: Element, tokens: number, maxEntropy: number): StripGeometry =>
  stripGeometry(clientWidth, clientHeight, tokens, maxEntropy, letterScale());

export const barX = (g: StripGeometry, token: number) => g.left + token * g.pitch;

export const levelY = (g: StripGeometry, entropy: number) =>
  g.top + g.plotHeight * (1 - Math.min(1, Math.max(0, entropy / g.maxEntropy)));

/** Number of tokens shown when the pointer is at x: the bar under it is the last one shown. */
export function cursorAt(g: StripGeometry, x: number): number {
  return Math.min(g.tokens, Math.max(1, Math.floor((x - g.left) / g.pitch) + 1));
}

/** The entropy at height y, within the plot. */
export const entropyAt = (g: StripGeometry, y: number): number =>
  g.maxEntropy * Math.min(1, Math.max(0, 1 - (y - g.top) / g.plotHeight));
