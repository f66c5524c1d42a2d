/**
 * `npm run test:soak`: 100 images in a row in Chromium, and one seed 100 times, with memory measured on the way. Figures go
 * to e2e/artefacts/soak/. Then the waits of a token and the shipped model on WebGPU (e2e/gpu, hosting), minutes each.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { runBin } from './run.mjs';

const HELP = `Usage: npm run test:soak -- [options]

  --images <n>    images in a row, from 6 on (default: 100)
  --backend <b>   wasm, or webgpu: Chromium's software adapter (default: wasm)
  --pack <name>   default: eurosat; on WebGPU pico, the smallest test pack
  --only <what>   studio: many images in a row; seed: one seed many times
  --no-gpu        without the waits of a token and the shipped model on WebGPU
  -h, --help      these options`;
const titles = { studio: 'many images in a row', seed: 'one seed many times' };

function refuse(why) {
  console.error(why);
  process.exit(2);
}

function read() {
  try {
    return parseArgs({
      options: {
        images: { type: 'string', default: '100' }, pack: { type: 'string' }, backend: { type: 'string', default: 'wasm' }, only: { type: 'string' },
        'no-gpu': { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    // Its first sentence names what was not understood; the others are about how Node reads options.
    return refuse(`${error.message.split(/\.(?:\s|$)/)[0]}. The options are shown by npm run test:soak -- --help.`);
  }
}

const values = read();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
if (!(Number(values.images) >= 6) || !['wasm', 'webgpu'].includes(values.backend) || (values.only !== undefined && !Object.hasOwn(titles, values.only))) {
  refuse(`--images is a number from 6 on, --backend is wasm or webgpu, --only is ${Object.keys(titles).join(' or ')}.`);
}

await import('./ensure.mjs');

runBin('@playwright/test/cli.js', ['test', 'soak.spec.ts', `--project=${values.backend}`, '--retries=0', ...(values.only ? ['-g', titles[values.only]] : [])], {
  STUDIO_SOAK_IMAGES: values.images, STUDIO_SOAK_PACK: values.pack ?? (values.backend === 'webgpu' ? 'pico' : 'eurosat'), STUDIO_LONG: '1',
});
if (!values['no-gpu']) runBin('@playwright/test/cli.js', ['test', 'gpu.spec.ts', 'gpu-loss.spec.ts', 'hosting.spec.ts', '--project=webgpu', '--retries=0'], { STUDIO_LONG: '1' });
