import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import { pictureToRgba, readPngText, withPngText } from './picture.ts';

test('planes in [-1, 1] become clipped RGBA', () => {
  const picture = Float32Array.of(-1, 1, 0, 2, 1, 1, 1, 1, -3, 0, 0, 0);
  expect([...pictureToRgba(picture)]).toEqual([0, 255, 0, 255, 255, 255, 128, 255, 128, 255, 128, 255, 255, 255, 128, 255]);
});

test('text goes into a PNG and comes back; the picture stays readable', () => {
  const image = new PNG({ width: 2, height: 2 });
  image.data.fill(200);
  const png = withPngText(PNG.sync.write(image), 'dpar-run', { label: 'Sée\n"x"', seed: 7 });
  expect(readPngText(png, 'dpar-run')).toEqual({ label: 'Sée\n"x"', seed: 7 });
  expect(readPngText(png, 'other')).toBeNull();
  expect(readPngText(Uint8Array.of(1, 2, 3), 'dpar-run')).toBeNull();
  expect([...PNG.sync.read(Buffer.from(png), { checkCRC: true } as never).data.subarray(0, 4)]).toEqual([200, 200, 200, 200]);
});
