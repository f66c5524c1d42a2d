import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import type { FileCache } from './file-cache.ts';
import { isLarge, LARGE, onDisk, ShardedFile, type Shard } from './shards.ts';

/** In place of a worker's own: Node reads no blob at once. */
const contents = new Map<Blob, Uint8Array<ArrayBuffer>>();
class KeptBlob extends Blob {
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    super([bytes]);
    contents.set(this, bytes);
  }
  override slice(from: number, to: number): Blob {
    return new KeptBlob(contents.get(this)!.slice(from, to));
  }
}
const withReader = () => vi.stubGlobal('FileReaderSync', class {
  readAsArrayBuffer = (blob: Blob) => contents.get(blob)!.buffer;
});
afterEach(() => vi.unstubAllGlobals());

test('a file in shards, in memory and on disk, gives the bytes of the whole', () => {
  withReader();
  const shard = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.boolean());
  fc.assert(fc.property(fc.array(shard, { minLength: 1, maxLength: 5 }), fc.nat(40), fc.nat(40), (parts, a, b) => {
    const whole = Uint8Array.from(parts.flatMap(([bytes]) => [...bytes]));
    const file = new ShardedFile(parts.map(([bytes, disk]): Shard => (disk ? new KeptBlob(Uint8Array.from(bytes)) : Uint8Array.from(bytes))));
    const [from, to] = [Math.min(a, b, whole.length), Math.min(Math.max(a, b), whole.length)];
    expect(file.byteLength).toBe(whole.length);
    expect([...file.subarray(from, to)]).toEqual([...whole.subarray(from, to)]);
    expect(file instanceof Uint8Array && file.length).toBe(0);
  }));
});

test('a tensor that lies in one shard in memory is no copy', () => {
  const bytes = new Uint8Array(8);
  expect(new ShardedFile([new Uint8Array(4), bytes]).subarray(6, 10).buffer).toBe(bytes.buffer);
});

test('bytes give way to what the cache keeps, where a worker can read that', async () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const file = { path: 'w.bin.0', bytes: 3, sha256: 'a' };
  const cache = (blob: Blob | null): FileCache => ({ read: async () => null, write: async () => 'stored', forget: async () => undefined, blob: async () => blob });
  const whole = new Blob([bytes]);
  expect(await onDisk(file, bytes, cache(whole))).toBe(bytes);
  withReader();
  expect(await onDisk(file, bytes, cache(whole))).toBe(whole);
  expect(await onDisk(file, bytes, { ...cache(null), blob: () => Promise.reject(new Error('private mode')) })).toBe(bytes);
  for (const other of [null, new Blob(['x'])]) expect(await onDisk(file, bytes, cache(other))).toBe(bytes);
});

test('from 64 MiB on a weight file is large', () => {
  const shards = (bytes: number) => [{ path: 'a', bytes, sha256: '' }, { path: 'b', bytes: 1, sha256: '' }];
  expect([isLarge(shards(LARGE - 1)), isLarge(shards(LARGE - 2))]).toEqual([true, false]);
});
