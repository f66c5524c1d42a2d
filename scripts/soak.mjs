/**
 * `npm run test:soak`: 100 images in a row in Chromium, and one seed 100 times, with memory measured on the way.
 * Options: --images 100, --pack nano (the small test pack) or eurosat, --backend wasm (or webgpu: Chromium's software
 * adapter, slow). Figures go to e2e/artefacts/soak/. Then the losses of a GPU and the waits of a token (e2e/gpu-loss, gpu), minutes each; --no-gpu leaves them out.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { runBin } from './run.mjs';

await import('./ensure.mjs');

const { values } = parseArgs({
  options: { images: { type: 'string', default: '100' }, pack: { type: 'string', default: 'eurosat' }, backend: { type: 'string', default: 'wasm' }, 'no-gpu': { type: 'boolean', default: false } },
});
if (!(Number(values.images) >= 6) || !['wasm', 'webgpu'].includes(values.backend)) {
  console.error('--images is a number from 6 on, --backend is wasm or webgpu.');
  process.exit(2);
}
runBin('@playwright/test/cli.js', ['test', 'soak.spec.ts', `--project=${values.backend}`, '--retries=0'], {
  STUDIO_SOAK_IMAGES: values.images, STUDIO_SOAK_PACK: values.pack, STUDIO_LONG: '1',
});
if (!values['no-gpu']) runBin('@playwright/test/cli.js', ['test', 'gpu-loss.spec.ts', 'gpu.spec.ts', '--project=webgpu', '--retries=0'], { STUDIO_LONG: '1' });
