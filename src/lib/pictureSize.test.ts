import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { damagedPicture, PICTURE, pictures } from '../../fixtures/pictures.ts';
import { StudioError } from '../../engine/errors.ts';
import { isAnimated } from './animated.ts';
import { pictureSize } from './pictureSize.ts';
import { readPicture } from './readPicture.ts';

afterEach(() => vi.unstubAllGlobals());

describe('real pictures of every kind', () => {
  test('there are enough of them', () => {
    expect([...new Set(pictures.map(({ name }) => name.split('.')[1]!))].sort()).toEqual(['avif', 'bmp', 'gif', 'jpg', 'png', 'webp']);
  });
  test.each(pictures)('$name: its size is read from its bytes, and whether it moves', ({ name, bytes }) => {
    expect(pictureSize(bytes)).toEqual(PICTURE);
    expect(isAnimated(bytes)).toBe(name.startsWith('animated'));
  });
  test.each(pictures)('$name: nothing is read where it is cut off before its size', ({ bytes }) => {
    expect(pictureSize(bytes.slice(0, 12))).toBeNull();
  });
});

/** The files with their sizes replaced by 50,000 pixels a side, or as many as the kind can say. */
const BOMBS: [name: string, at: number, put: number[]][] = [
  ['plain.png', 16, [0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50]],
  ['baseline.jpg', 0, [0xc3, 0x50, 0xc3, 0x50]],
  ['lossy.webp', 26, [0xff, 0x3f, 0xff, 0x3f]],
  ['lossless.webp', 21, [0xff, 0xff, 0xff, 0x0f]],
  ['extended.webp', 24, [0x50, 0xc3, 0, 0x50, 0xc3, 0]],
  ['interlaced.gif', 6, [0x50, 0xc3, 0x50, 0xc3]],
  ['plain.bmp', 18, [0x50, 0xc3, 0, 0, 0x50, 0xc3, 0, 0]],
];
test.each(BOMBS)('%s that says it is larger than pictures that are read is refused before it is decoded', async (name, at, put) => {
  const bytes = pictures.find((picture) => picture.name === name)!.bytes.slice();
  // In a JPEG the size stands where its frame header begins.
  const place = name === 'baseline.jpg' ? bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0) + 5 : at;
  bytes.set(put, place);
  const decode = vi.fn();
  vi.stubGlobal('createImageBitmap', decode);
  await expect(readPicture(new Blob([bytes]), name)).rejects.toThrow(/is \d{5} × \d{5} pixels; at most 120 million/);
  expect(decode).not.toHaveBeenCalled();
});

test('pictures changed at random: their readers end, with sizes that are numbers', () => {
  fc.assert(fc.property(damagedPicture, ({ bytes }) => {
    const size = pictureSize(bytes);
    if (size) expect(Number.isSafeInteger(size.width) && size.width >= 0 && Number.isSafeInteger(size.height) && size.height >= 0).toBe(true);
    expect(typeof isAnimated(bytes)).toBe('boolean');
  }), { numRuns: 10_000 });
});

test('pictures changed at random are decoded or refused with the reason, never more', async () => {
  const decoded = vi.fn();
  vi.stubGlobal('createImageBitmap', async (blob: Blob) => {
    decoded();
    if (blob.size % 2 === 0) throw new DOMException('The source image could not be decoded.', 'InvalidStateError');
    return { ...PICTURE, close: () => undefined };
  });
  await fc.assert(fc.asyncProperty(damagedPicture, async ({ name, bytes }) => {
    try {
      expect(await readPicture(new Blob([bytes]), name)).toMatchObject(PICTURE);
    } catch (error) {
      expect(error).toBeInstanceOf(StudioError);
      expect(error).toMatchObject({ code: 'bad-argument', message: expect.stringContaining(name) });
    }
  }), { numRuns: 2000 });
  expect(decoded).toHaveBeenCalled();
});
