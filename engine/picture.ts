/** Pictures as bytes, and text inside PNG files. */
import { parseJson } from './json.ts';
import { utf8 } from './sha256.ts';

/** picture [3, H, W] in [-1, 1] (clipped) -> RGBA [H, W, 4], opaque. */
export function pictureToRgba(picture: Float32Array): Uint8ClampedArray<ArrayBuffer> {
  const plane = picture.length / 3;
  const rgba = new Uint8ClampedArray(4 * plane);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = Math.round((picture[c * plane + i]! + 1) * 127.5);
    rgba[4 * i + 3] = 255;
  }
  return rgba;
}

/** The keyword under which a picture carries its run's header and digest, as JSON. */
export const PNG_KEYWORD = 'dpar-run';
const SIGNATURE_BYTES = 8;

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Text as ASCII JSON escapes: a tEXt chunk is Latin-1. */
const ascii = (text: string): string => text.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The PNG with a tEXt chunk after its header; `value` is stored as JSON. */
export function withPngText(png: Uint8Array, keyword: string, value: unknown): Uint8Array<ArrayBuffer> {
  const body = utf8(`tEXt${keyword}\0${ascii(JSON.stringify(value))}`);
  const chunk = new Uint8Array(body.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, body.length - 4);
  chunk.set(body, 4);
  view.setUint32(body.length + 4, crc32(body));
  // The header chunk is always first, 25 bytes long.
  const at = SIGNATURE_BYTES + 25;
  const out = new Uint8Array(png.length + chunk.length);
  out.set(png.subarray(0, at));
  out.set(chunk, at);
  out.set(png.subarray(at), at + chunk.length);
  return out;
}

/** The JSON value under `keyword`, or null: not a PNG, no such chunk, not JSON. */
export function readPngText(png: Uint8Array, keyword: string): unknown {
  const view = new DataView(png.buffer, png.byteOffset, png.length);
  const chars = (from: number, to: number) => Array.from(png.subarray(from, to), (c) => String.fromCharCode(c)).join('');
  if (chars(1, 4) !== 'PNG') return null;
  for (let at = SIGNATURE_BYTES; at + 12 <= png.length;) {
    const length = view.getUint32(at);
    if (chars(at + 4, at + 8) === 'tEXt') {
      const [name, text] = chars(at + 8, at + 8 + length).split('\0');
      if (name === keyword && text !== undefined) {
        try {
          return parseJson(text);
        } catch {
          return null;
        }
      }
    }
    at += 12 + length;
  }
  return null;
}

/** RGBA [S, S, 4] -> picture [3, S, S] in [-1, 1]; what is transparent is laid on white. */
export function rgbaToPicture(rgba: ArrayLike<number>, size: number): Float32Array {
  const plane = size * size;
  const picture = new Float32Array(3 * plane);
  for (let i = 0; i < plane; i++) {
    const alpha = rgba[4 * i + 3]! / 255;
    for (let c = 0; c < 3; c++) picture[c * plane + i] = (rgba[4 * i + c]! * alpha + 255 * (1 - alpha)) / 127.5 - 1;
  }
  return picture;
}

/** Peak signal-to-noise ratio in dB of two pictures in [-1, 1], values clipped to that range; Infinity for equal ones. */
export function psnr(a: Float32Array, b: Float32Array): number {
  const clip = (value: number) => Math.min(1, Math.max(-1, value));
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (clip(a[i]!) - clip(b[i]!)) ** 2;
  return 10 * Math.log10((4 * a.length) / sum);
}
