import { expect, test } from 'vitest';
import { servedFolder } from './ort-wasm.ts';

test.each([
  ['/srv/studio/node_modules/onnxruntime-web/dist', '/@fs/srv/studio/node_modules/onnxruntime-web/dist/'],
  ['C:\\studio\\node_modules\\onnxruntime-web\\dist', '/@fs/C:/studio/node_modules/onnxruntime-web/dist/'],
])('the folder %s has an address under the server of development', (path, address) => {
  expect(servedFolder(path)).toBe(address);
  expect(new URL(address, 'http://localhost:5173').pathname).toBe(address);
});
