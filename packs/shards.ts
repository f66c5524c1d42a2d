/** Weights in shards as onnxruntime reads them: tensor by tensor, never joined. */
import type { PackFile } from '../engine/manifest.ts';
import type { FileCache } from './file-cache.ts';

/** In memory, or where the browser keeps it. */
export type Shard = Uint8Array<ArrayBuffer> | Blob;

export interface Weights {
  /** Name that the graphs know the file by. */
  location: string;
  shards: readonly Shard[];
}

/** Weight files from this size on are read from where the browser keeps them: reading there costs some milliseconds a tensor. */
export const LARGE = 64 << 20;

export const isLarge = (shards: readonly PackFile[]): boolean => shards.reduce((sum, { bytes }) => sum + bytes, 0) >= LARGE;

/** Workers have it, other places do not. */
const reader = () => (globalThis as { FileReaderSync?: new () => { readAsArrayBuffer: (blob: Blob) => ArrayBuffer } }).FileReaderSync;

/** The verified bytes of a shard, or what the cache keeps of them, so that they need no memory. */
export async function onDisk(file: PackFile, bytes: Uint8Array<ArrayBuffer>, cache: FileCache): Promise<Shard> {
  if (!reader()) return bytes;
  const blob = await cache.blob?.(file.sha256).catch(() => null);
  return blob?.size === file.bytes ? blob : bytes;
}

const sizeOf = (shard: Shard): number => (shard instanceof Blob ? shard.size : shard.length);

const read = (shard: Shard, from: number, to: number): Uint8Array<ArrayBuffer> =>
  shard instanceof Blob ? new Uint8Array(new (reader()!)().readAsArrayBuffer(shard.slice(from, to))) : shard.subarray(from, to);

/**
 * Stands for the whole file in `externalData`: onnxruntime-web takes a Uint8Array as it is, and asks it for nothing but
 * `byteLength` and the bytes of one tensor after the other, by `subarray`. It is empty by itself.
 */
export class ShardedFile extends Uint8Array<ArrayBuffer> {
  readonly #shards: readonly Shard[];
  readonly #bytes: number;

  constructor(shards: readonly Shard[]) {
    super(new ArrayBuffer(0));
    this.#shards = shards;
    this.#bytes = shards.reduce((sum, shard) => sum + sizeOf(shard), 0);
  }

  override get byteLength(): number {
    return this.#bytes;
  }

  /** The bytes from `from` up to `to`; a copy where they lie on disk or in several shards. */
  override subarray(from = 0, to = this.#bytes): Uint8Array<ArrayBuffer> {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let start = 0;
    for (const shard of this.#shards) {
      const end = start + sizeOf(shard);
      if (from < end && to > start) parts.push(read(shard, Math.max(from, start) - start, Math.min(to, end) - start));
      start = end;
    }
    if (parts.length === 1) return parts[0]!;
    const all = new Uint8Array(to - from);
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}
