import fc from 'fast-check';
import { GIFEncoder } from 'gifenc';
import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import { isAnimated } from './animated.ts';

type Bytes = Uint8Array<ArrayBuffer>;
const join = (...parts: (string | number[] | Uint8Array)[]): Bytes =>
  new Uint8Array(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((c) => c.charCodeAt(0)) : [...part])));
const uint32 = (n: number, little = false) => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255)[little ? 'reverse' : 'slice']();

function gif(frames: number, perFrame = false): Bytes {
  const encoder = GIFEncoder();
  for (let i = 0; i < frames; i++) {
    encoder.writeFrame(new Uint8Array(16).fill(i % 2), 4, 4, { ...((i === 0 || perFrame) && { palette: [[0, 0, 0], [255, 255, 255]] }), delay: 50, repeat: 0 });
  }
  encoder.finish();
  return new Uint8Array(encoder.bytes());
}

/** A real PNG with an acTL chunk after its header. */
function png(frames: number | null): Bytes {
  const still = new Uint8Array(PNG.sync.write(new PNG({ width: 4, height: 4 })));
  const chunk = frames === null ? [] : [...uint32(8), ...join('acTL'), ...uint32(frames), ...uint32(0), ...uint32(0)];
  return join(still.subarray(0, 33), chunk, still.subarray(33));
}

function webp(frames: number): Bytes {
  const chunks = Array.from({ length: frames }, () => [...join('ANMF'), ...uint32(3, true), 1, 2, 3, 0]).flat();
  return join('RIFF', uint32(4 + 18 + chunks.length, true), 'WEBP', 'VP8X', uint32(10, true), new Uint8Array(10), chunks);
}

describe('a file of more than one frame is found', () => {
  test.each<[string, Bytes, boolean]>([
    ['GIF, one frame', gif(1), false], ['GIF, two frames', gif(2), true], ['GIF, a palette a frame', gif(3, true), true],
    ['PNG', png(null), false], ['APNG of one frame', png(1), false], ['APNG', png(2), true],
    ['WebP of one frame', webp(1), false], ['WebP', webp(2), true],
    ['AVIF', join(uint32(24), 'ftypavif'), false], ['AVIF sequence', join(uint32(24), 'ftypavis'), true],
    ['JPEG', join([0xff, 0xd8, 0xff, 0xe0]), false], ['nothing', new Uint8Array(0), false],
  ])('%s', (_, bytes, animated) => expect(isAnimated(bytes)).toBe(animated));
});

test('any bytes are read to their end, whatever lengths they claim', () => {
  const starts = [gif(2), png(2), webp(2), join('GIF89a'), join('RIFF', uint32(9), 'WEBP'), png(null).slice(0, 8)];
  const change = fc.record({ start: fc.constantFrom(...starts), at: fc.nat(80), put: fc.uint8Array({ maxLength: 24 }), keep: fc.nat(200) });
  fc.assert(fc.property(change, ({ start, at, put, keep }) => {
    const bytes = join(start.subarray(0, at), put, start.subarray(at + put.length)).slice(0, keep);
    expect(typeof isAnimated(bytes)).toBe('boolean');
  }), { numRuns: 2000 });
});
