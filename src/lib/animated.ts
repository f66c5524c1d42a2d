/** Whether a picture file holds more than one frame, read from its bytes: GIF, PNG, WebP and AVIF can. */

const ascii = (bytes: Uint8Array, at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length));

/** Where the sub-blocks that begin at `at` end. */
function afterBlocks(bytes: Uint8Array, at: number): number {
  while (at < bytes.length && bytes[at] !== 0) at += bytes[at]! + 1;
  return at + 1;
}

const colourTable = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);

/** GIF: a second image descriptor (0x2c); extensions (0x21) lie between. */
function gif(bytes: Uint8Array): boolean {
  let frames = 0;
  for (let at = 13 + colourTable(bytes[10] ?? 0); at < bytes.length;) {
    if (bytes[at] === 0x2c) {
      if (++frames > 1) return true;
      at = afterBlocks(bytes, at + 11 + colourTable(bytes[at + 9] ?? 0));
    } else if (bytes[at] === 0x21) at = afterBlocks(bytes, at + 2);
    else return false;
  }
  return false;
}

/** PNG: an acTL chunk of more than one frame, ahead of the pixels. */
function png(bytes: Uint8Array, view: DataView): boolean {
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = ascii(bytes, at + 4, 4);
    if (type === 'acTL') return view.getUint32(at + 8) > 1;
    if (type === 'IDAT') return false;
  }
  return false;
}

/** WebP: more than one ANMF chunk; lengths are little-endian and padded to two. */
function webp(bytes: Uint8Array, view: DataView): boolean {
  let frames = 0;
  for (let at = 12; at + 8 <= bytes.length; at += 8 + 2 * Math.ceil(view.getUint32(at + 4, true) / 2)) {
    if (ascii(bytes, at, 4) === 'ANMF' && ++frames > 1) return true;
  }
  return false;
}

export function isAnimated(bytes: Uint8Array<ArrayBuffer>): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (ascii(bytes, 0, 4) === 'GIF8') return gif(bytes);
  if (ascii(bytes, 1, 3) === 'PNG') return png(bytes, view);
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 4) === 'WEBP') return webp(bytes, view);
  return ascii(bytes, 4, 8) === 'ftypavis';
}
