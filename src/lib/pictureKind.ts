const BRANDS: Readonly<Record<string, string>> = { heic: 'HEIC', heix: 'HEIC', hevc: 'HEIC', heim: 'HEIC', heis: 'HEIC', mif1: 'HEIF', msf1: 'HEIF', avif: 'AVIF', avis: 'AVIF' };

/** The kind of picture that a file's first bytes say it is; null for one that is none of these. */
export function pictureKind(bytes: Uint8Array): string | null {
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  if (text(4, 8) === 'ftyp') return BRANDS[text(8, 12)] ?? null;
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'WebP';
  if (text(0, 4) === 'II*\0' || text(0, 4) === 'MM\0*') return 'TIFF';
  if (text(0, 4) === '\x00\x00\x00\x0c' && text(4, 8) === 'JXL ') return 'JPEG XL';
  if (bytes[0] === 0xff && bytes[1] === 0x0a) return 'JPEG XL';
  return null;
}
