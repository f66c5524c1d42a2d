/** Dynamic RoPE of a patch (paper section 3, docs/model.md): rotation angles of the patch transformer's slots. */
import type { Span } from './patchify.ts';

export interface Rotation {
  /** [d/2], one per interleaved pair. */
  cos: Float32Array;
  sin: Float32Array;
}

interface Frequencies {
  /** w_i, i in 1..d/4. */
  row: Float64Array;
  /** a_j, j in 1..d/16. */
  column: Float64Array;
}

const known = new Map<number, Frequencies>();

function frequenciesOf(headDim: number): Frequencies {
  let own = known.get(headDim);
  if (!own) {
    const powers = (count: number, step: number) => Float64Array.from({ length: count }, (_, i) => 10000 ** ((-step * i) / headDim));
    known.set(headDim, (own = { row: powers(headDim / 4, 4), column: powers(headDim / 16, 16) }));
  }
  return own;
}

/**
 * Angles [d/2] of a patch on row r from column s to column e:
 * [r w_i, i in 1..d/4 | s a_j | e a_j | e a_j | s a_j, j in 1..d/16], w_i = 10000^(-4(i-1)/d), a_j = 10000^(-16(j-1)/d).
 */
export function dynamicRopeAngles(span: Span, width: number, headDim: number): Float64Array {
  const { row, column } = frequenciesOf(headDim);
  const r = Math.floor(span.start / width);
  const s = span.start % width;
  const e = span.end % width;
  const angles = new Float64Array(headDim / 2);
  for (let i = 0; i < row.length; i++) angles[i] = r * row[i]!;
  for (let part = 0; part < 4; part++) {
    const at = row.length + part * column.length;
    for (let j = 0; j < column.length; j++) angles[at + j] = (part === 0 || part === 3 ? s : e) * column[j]!;
  }
  return angles;
}

/** cos and sin tables of a closed patch. */
export function dynamicRope(span: Span, width: number, headDim: number): Rotation {
  const angles = dynamicRopeAngles(span, width, headDim);
  const rotation = classSlotAngles(headDim);
  for (let i = 0; i < angles.length; i++) {
    rotation.cos[i] = Math.cos(angles[i]!);
    rotation.sin[i] = Math.sin(angles[i]!);
  }
  return rotation;
}

/** The class slot has cos = sin = 0 (LlamaGen's convention). */
export function classSlotAngles(headDim: number): Rotation {
  return { cos: new Float32Array(headDim / 2), sin: new Float32Array(headDim / 2) };
}
