import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as native from 'onnxruntime-node';
import * as web from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { SESSION_SETTINGS } from '../packs/session-settings.ts';

const folder = join(import.meta.dirname, '../fixtures/w8-matrix'); // python -m models.tests.w8_matrix
const read = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const [INPUTS, OUTPUTS, BLOCK] = [64, 32, 32];
const x = Float32Array.from({ length: INPUTS }, (_, i) => Math.sin(i * i) * 1.7 ** (i % 7));

/** Integers [64, 32], then a scale for 32 rows of each column [2, 32]. */
function expected(): number[] {
  const { buffer } = read('w.bin');
  const integers = new Int8Array(buffer, 0, INPUTS * OUTPUTS);
  const scales = new Float32Array(buffer, INPUTS * OUTPUTS);
  return Array.from({ length: OUTPUTS }, (_, j) =>
    x.reduce((sum, value, i) => sum + value * integers[i * OUTPUTS + j]! * scales[Math.floor(i / BLOCK) * OUTPUTS + j]!, 0));
}

for (const [name, ort, provider] of [['onnxruntime-node', native, 'cpu'], ['onnxruntime-web', web, 'wasm']] as const) {
  test(`${name} multiplies by a matrix of w8 in float32`, async () => {
    const open = { executionProviders: [provider], externalData: [{ path: 'w.bin', data: read('w.bin') }] };
    const distance = async (options: object) => {
      const session = await ort.InferenceSession.create(read('product.onnx'), { ...open, ...options });
      const { y } = await session.run({ x: new ort.Tensor('float32', x, [1, INPUTS]) } as never);
      await session.release();
      const right = expected();
      return Math.max(...[...(y!.data as Float32Array)].map((value, j) => Math.abs(value - right[j]!))) / Math.max(...right.map(Math.abs));
    };
    expect(await distance({ extra: SESSION_SETTINGS })).toBeLessThan(1e-6);
    // So the setting reaches onnxruntime. The one for the web widens at every run without it, which is right and slow.
    if (name === 'onnxruntime-node') expect(await distance({})).toBeGreaterThan(1e-4);
  });
}
