/** Ends the process with words, before anything is built or served, where the folder's path is one that Vite misreads. */
import process from 'node:process';
import { root } from './run.mjs';

if (/[#?]/.test(root)) {
  console.error(`The studio cannot be built in ${root}: Vite reads # and ? in a path as parts of an address. Move the folder to a path without them.`);
  process.exit(2);
}
