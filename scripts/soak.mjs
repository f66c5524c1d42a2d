/**
 * `npm run test:soak`: 100 images in a row in Chromium, and one seed 100 times, with memory measured on the way.
 * Options: --images 100, --backend wasm (or webgpu: Chromium's software adapter), --pack eurosat (on WebGPU pico, the
 * smallest test pack), --only studio or seed. Figures go to e2e/artefacts/soak/. Then the waits of a token and the shipped
 * model on WebGPU (e2e/gpu, hosting), minutes each; --no-gpu leaves them out.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { runBin } from './run.mjs';

await import('./ensure.mjs');

const { values } = parseArgs({
  options: { images: { type: 'string', default: '100' }, pack: { type: 'string' }, backend: { type: 'string', default: 'wasm' }, only: { type: 'string' }, 'no-gpu': { type: 'boolean', default: false } },
});
const titles = { studio: 'many images in a row', seed: 'one seed many times' };
if (!(Number(values.images) >= 6) || !['wasm', 'webgpu'].includes(values.backend) || (values.only !== undefined && !Object.hasOwn(titles, values.only))) {
  console.error(`--images is a number from 6 on, --backend is wasm or webgpu, --only is ${Object.keys(titles).join(' or ')}.`);
  process.exit(2);
}
runBin('@playwright/test/cli.js', ['test', 'soak.spec.ts', `--project=${values.backend}`, '--retries=0', ...(values.only ? ['-g', titles[values.only]] : [])], {
  STUDIO_SOAK_IMAGES: values.images, STUDIO_SOAK_PACK: values.pack ?? (values.backend === 'webgpu' ? 'pico' : 'eurosat'), STUDIO_LONG: '1',
});
if (!values['no-gpu']) runBin('@playwright/test/cli.js', ['test', 'gpu.spec.ts', 'gpu-loss.spec.ts', 'hosting.spec.ts', '--project=webgpu', '--retries=0'], { STUDIO_LONG: '1' });
