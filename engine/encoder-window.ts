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

  /** [D] of one token. */
  row(t: number, name: 'h' | 'k' | 'v'): Float32Array {
    const at = (t % this.#window) * this.#dim;
    return this.#rings[name].slice(at, at + this.#dim);
  }

  /** [window, D]: the tokens of the span first, zeros after. */
  gather(name: 'h' | 'k' | 'v', span: Span | null): Float32Array {
    const out = new Float32Array(this.#window * this.#dim);
    if (span) for (let t = span.start; t <= span.end; t++) out.set(this.row(t, name), (t - span.start) * this.#dim);
    return out;
  }
}
