/**
 * One job at a time, in order. onnxruntime-web freezes the thread when two creates or runs overlap on WebGPU, so every
 * create, run and release of the worker goes through one queue. A failed job does not poison the next.
 */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();

  run<T>(job: () => Promise<T> | T): Promise<T> {
    const result = this.#tail.then(job);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
