/**
 * Something that may end, such as a worker or a device, and the calls that would end with it. A race against one promise that
 * stays open keeps every value that has won it; here a call that is over leaves nothing behind.
 */
export class Ending<T> {
  readonly #waiting = new Set<(end: T) => void>();
  #end: { value: T } | null = null;

  /** What `work` gives or rejects with, or the end, whichever comes first. */
  race<V>(work: Promise<V>): Promise<V | T> {
    return new Promise((resolve, reject) => {
      work.then(resolve, reject).finally(() => this.#waiting.delete(resolve));
      if (this.#end) resolve(this.#end.value);
      else this.#waiting.add(resolve);
    });
  }

  /** Gives `value` to all that wait, and to all that come; only the first end counts. */
  end(value: T): void {
    if (this.#end) return;
    this.#end = { value };
    for (const resolve of this.#waiting) resolve(value);
    this.#waiting.clear();
  }
}
