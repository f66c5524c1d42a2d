import type { Extent } from './crop.ts';

/** Pixels of a picture, read from the bytes of its file: a picture too large to be decoded is known before it is. */

const ascii = (bytes: Uint8Array, at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length));
/** Sizes of AVIF and HEIC stand near the beginning. */
const BOXES = 256 * 1024;

/** JPEG: the first frame header (SOF0 to SOF15, but for DHT, JPG and DAC); segments lie before it. */
function jpeg(view: DataView): Extent | null {
  for (let at = 2; at + 9 <= view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++; // a fill byte
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  return null;
}

/** WebP: lossy, lossless or extended; sizes are little-endian, the last two without their first pixel. */
function webp(bytes: Uint8Array, view: DataView): Extent | null {
  if (bytes.length < 30) return null;
  const kind = ascii(bytes, 12, 4);
  if (kind === 'VP8 ') return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (kind === 'VP8L') {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (kind !== 'VP8X') return null;
  return { width: (view.getUint32(24, true) & 0xffffff) + 1, height: (view.getUint32(26, true) >>> 8) + 1 };
}

/** AVIF and HEIC: the largest of the extents (ispe) of its parts, one of which is the whole. */
function boxes(bytes: Uint8Array, view: DataView): Extent | null {
  let found: Extent | null = null;
  for (let at = 4; at + 16 <= Math.min(bytes.length, BOXES); at++) {
    if (bytes[at] !== 0x69 || ascii(bytes, at, 4) !== 'ispe') continue;
    const extent = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    if (!found || extent.width * extent.height > found.width * found.height) found = extent;
  }
  return found;
}

/** Null for kinds that are not known, and where the file ends before its size. */
export function pictureSize(bytes: Uint8Array<ArrayBuffer>): Extent | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (ascii(bytes, 0, 2) === '\xff\xd8') return jpeg(view);
  if (bytes.length < 26) return null;
  if (ascii(bytes, 1, 3) === 'PNG') return { width: view.getUint32(16), height: view.getUint32(20) };
  if (ascii(bytes, 0, 4) === 'GIF8') return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  if (ascii(bytes, 0, 2) === 'BM') return { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) };
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 4) === 'WEBP') return webp(bytes, view);
  if (ascii(bytes, 4, 4) === 'ftyp') return boxes(bytes, view);
  return null;
}
