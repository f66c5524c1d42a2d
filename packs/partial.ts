import type { PackFile } from '../engine/manifest.ts';
import type { FileCache } from './file-cache.ts';

const PART_BYTES = 2 * 1024 * 1024;

/**
 * The bytes of a file under way. Every full part of 2 MiB also goes to the cache, so that a download cut off by a closed
 * tab, a reload or a crash goes on where it was; the hash of the whole decides in the end, as ever.
 */
export class PartialFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes that are there, from the first on. */
  at = 0;
  readonly #file: PackFile;
  readonly #cache: FileCache;
  readonly #partBytes: number;
  #parts = 0;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(file: PackFile, cache: FileCache, partBytes = PART_BYTES) {
    this.bytes = new Uint8Array(file.bytes);
    this.#file = file;
    this.#cache = cache;
    this.#partBytes = partBytes;
  }

  get whole(): boolean {
    return this.at === this.bytes.length;
  }

  #key(part: number): string {
    return `${this.#file.sha256}/part/${part}`;
  }

  /** Takes up what an earlier visit left. */
  async restore(): Promise<void> {
    while (this.at + this.#partBytes <= this.bytes.length) {
      const part = await this.#cache.read(this.#key(this.#parts));
      if (part?.length !== this.#partBytes) return;
      this.bytes.set(part, this.at);
      this.at += part.length;
      this.#parts++;
    }
  }

  /** Appends and returns how many bytes were taken: fewer than given where the file would become too long. */
  append(chunk: Uint8Array): number {
    const taken = chunk.subarray(0, this.bytes.length - this.at);
    this.bytes.set(taken, this.at);
    this.at += taken.length;
    for (; (this.#parts + 1) * this.#partBytes <= this.at; this.#parts++) this.#keep(this.#parts);
    return taken.length;
  }

  #keep(part: number): void {
    const bytes = this.bytes.slice(part * this.#partBytes, (part + 1) * this.#partBytes);
    const key = this.#key(part);
    this.#writing = this.#writing.then(() => this.#cache.write(key, bytes));
  }

  /** From the first byte again; what was kept is not trusted any more. */
  async restart(): Promise<void> {
    await this.forget();
    this.at = 0;
  }

  /** Removes the parts from the cache. */
  async forget(): Promise<void> {
    const parts = this.#parts;
    this.#parts = 0;
    await this.#writing;
    for (let part = 0; part < parts; part++) await this.#cache.forget(this.#key(part));
  }
}
