/** Dynamic RoPE of a patch (paper section 3, docs/model.md): rotation angles of the patch transformer's slots. */
import type { Span } from './graphs.ts';

export interface Rotation {
  /** [d/2], one per interleaved pair. */
  cos: Float32Array;
  sin: Float32Array;
}

/**
 * Angles [d/2] of a patch on row r from column s to column e:
 * [r w_i, i in 1..d/4 | s a_j | e a_j | e a_j | s a_j, j in 1..d/16], w_i = 10000^(-4(i-1)/d), a_j = 10000^(-16(j-1)/d).
 */
export function dynamicRopeAngles(span: Span, width: number, headDim: number): Float64Array {
  const r = Math.floor(span.start / width);
  const s = span.start % width;
  const e = span.end % width;
  const rows = Array.from({ length: headDim / 4 }, (_, i) => r * 10000 ** ((-4 * i) / headDim));
  const a = Array.from({ length: headDim / 16 }, (_, j) => 10000 ** ((-16 * j) / headDim));
  return Float64Array.from([...rows, ...[s, e, e, s].flatMap((column) => a.map((frequency) => column * frequency))]);
}

/** cos and sin tables of a closed patch. */
export function dynamicRope(span: Span, width: number, headDim: number): Rotation {
  const angles = dynamicRopeAngles(span, width, headDim);
  return { cos: Float32Array.from(angles, Math.cos), sin: Float32Array.from(angles, Math.sin) };
}

/** The class slot has cos = sin = 0 (LlamaGen's convention). */
export function classSlotAngles(headDim: number): Rotation {
  return { cos: new Float32Array(headDim / 2), sin: new Float32Array(headDim / 2) };
}
