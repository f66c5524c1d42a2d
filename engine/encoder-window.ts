import type { Span } from './graphs.ts';

/** h, k and v [D] of the last `window` tokens, token t at row t % window. */
export class EncoderWindow {
  readonly #rings: Record<'h' | 'k' | 'v', Float32Array>;
  readonly #dim: number;
  readonly #window: number;

  constructor(dim: number, window: number) {
    this.#dim = dim;
    this.#window = window;
    const ring = () => new Float32Array(dim * window);
    this.#rings = { h: ring(), k: ring(), v: ring() };
  }

  set(t: number, name: 'h' | 'k' | 'v', values: Float32Array): void {
    this.#rings[name].set(values, (t % this.#window) * this.#dim);
  }

  /** Copies [D] of one token to `out` from `at` on. */
  copy(t: number, name: 'h' | 'k' | 'v', out: Float32Array, at: number): void {
    const from = (t % this.#window) * this.#dim;
    out.set(this.#rings[name].subarray(from, from + this.#dim), at);
  }

  /** Copies the tokens of the span to `out` from `at` on. */
  gather(name: 'h' | 'k' | 'v', span: Span, out: Float32Array, at: number): void {
    for (let t = span.start; t <= span.end; t++) this.copy(t, name, out, at + (t - span.start) * this.#dim);
  }
}
