/**
 * `extra` of every session of a pack (models/export/runtime.py SETTINGS has the same): matrices of w8 are widened while the
 * session opens. Without it onnxruntime keeps them in 8 bits and rounds what they are multiplied with to 8 bits, too.
 */
export const SESSION_SETTINGS = { session: { disable_quant_qdq: '1' } } as const;
