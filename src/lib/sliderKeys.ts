import type { Scale } from './thresholdScale.ts';

export interface Track {
  min: number;
  max: number;
  step: number;
  /** Where values lie on the track; without it they are evenly spaced. */
  scale?: Scale | null;
}

/** Of the travel, where a scale is given. */
export const SCALED_STEP = 0.005;
/** What a step moves at least, where a scale is given: its values are of hundredths. */
const LEAST = 0.01;

const BY: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };

/** Steps that a key asks for; 0 where it asks for none. */
export const keySteps = (key: string, shift: boolean): number => (BY[key] ?? 0) * (shift && key.startsWith('Arrow') ? 10 : 1);

/** The value so many steps on from `value`, which need not lie on the grid; another one unless `value` is at that end. */
export function stepped(value: number, steps: number, { min, max, step, scale }: Track): number {
  return Math.min(max, Math.max(min, scale ? scaled(value, steps, scale) : even(value, steps, min, step)));
}

function scaled(value: number, steps: number, scale: Scale): number {
  const there = scale.value(Math.min(1, Math.max(0, scale.place(value) + steps * SCALED_STEP)));
  const least = Math.round((value + steps * LEAST) * 100) / 100;
  return steps > 0 ? Math.max(there, least) : Math.min(there, least);
}

function even(value: number, steps: number, min: number, step: number): number {
  const at = Number(((value - min) / step).toFixed(6));
  return Number((min + ((steps > 0 ? Math.floor(at) : Math.ceil(at)) + steps) * step).toFixed(6));
}
