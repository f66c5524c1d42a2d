/** The values of one past of a new-slot graph, [lines, slots, d], in memory for [lines, capacity, d]: more slots come without an allocation. */
export class CacheLines {
  readonly #memory: Float32Array;
  readonly #lines: number;
  readonly #width: number;
  #slots = 0;

  constructor(lines: number, capacity: number, width: number) {
    this.#memory = new Float32Array(lines * capacity * width);
    this.#lines = lines;
    this.#width = width;
  }

  empty(): void {
    this.#slots = 0;
  }

  /** Makes every line `slots` long, zeros where it is new. Returns all values. */
  resize(slots: number): Float32Array {
    const before = this.#slots * this.#width;
    const after = slots * this.#width;
    // The last line first: each moves to where no other waits to be moved.
    for (let line = this.#lines - 1; line >= 0; line--) {
      this.#memory.copyWithin(line * after, line * before, (line + 1) * before);
      this.#memory.fill(0, line * after + before, (line + 1) * after);
    }
    this.#slots = slots;
    return this.#memory.subarray(0, this.#lines * after);
  }

  /** Writes the `slots` slots from `slot` on of `count` lines from `line` on, from `from[at]` on. */
  write(line: number, count: number, slot: number, from: Float32Array, at: number, slots = 1): void {
    const width = this.#width * slots;
    const memory = this.#memory;
    const step = this.#slots * this.#width;
    let to = line * step + slot * this.#width;
    for (let i = 0; i < count; i++, to += step, at += width) memory.set(from.subarray(at, at + width), to);
  }

  /** Copies the first `used` slots of `count` lines from `line` on into lines of `to` that are as long as these, from line `at` on. */
  read(line: number, count: number, used: number, to: Float32Array, at: number): void {
    const step = this.#slots * this.#width;
    for (let i = 0; i < count; i++) {
      const from = (line + i) * step;
      to.set(this.#memory.subarray(from, from + used * this.#width), (at + i) * step);
    }
  }
}
