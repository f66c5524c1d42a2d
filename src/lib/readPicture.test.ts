import { GIFEncoder } from 'gifenc';
import { PNG } from 'pngjs';
import { afterEach, expect, test, vi } from 'vitest';
import { readPicture } from './readPicture.ts';

afterEach(() => vi.unstubAllGlobals());

test('a picture of more pixels than are read is refused, and its memory given back', async () => {
  const close = vi.fn();
  vi.stubGlobal('createImageBitmap', async () => ({ width: 20_000, height: 20_000, close }));
  await expect(readPicture(new Blob(['x']), 'wide.png')).rejects.toThrow(/wide\.png is 20000 × 20000 pixels; at most 120 million/);
  expect(close).toHaveBeenCalledOnce();
});

test('a file of more bytes than are read is refused before it is decoded', async () => {
  const decode = vi.fn();
  vi.stubGlobal('createImageBitmap', decode);
  await expect(readPicture({ size: 70_000_000 } as Blob, 'large.tif')).rejects.toThrow(/large\.tif is larger than 64 MB/);
  expect(decode).not.toHaveBeenCalled();
});

test('of an animated picture the first frame is taken, and that is reported', async () => {
  vi.stubGlobal('createImageBitmap', async () => ({ width: 4, height: 4 }));
  const encoder = GIFEncoder();
  for (const colour of [0, 1]) encoder.writeFrame(new Uint8Array(16).fill(colour), 4, 4, { palette: [[0, 0, 0], [255, 255, 255]], delay: 50 });
  encoder.finish();
  expect(await readPicture(new Blob([new Uint8Array(encoder.bytes())]), 'two.gif')).toMatchObject({ animated: true });
  expect(await readPicture(new Blob([new Uint8Array(PNG.sync.write(new PNG({ width: 4, height: 4 })))]), 'one.png')).toMatchObject({ animated: false });
});
