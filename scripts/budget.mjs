/** JavaScript that the built page fetches before it can show anything, compressed; onnxruntime comes with the worker, later. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const MOST = 150_000;

/** The entry and the chunks that it imports, as the page itself lists them. */
const firstScripts = (html) => [...html.matchAll(/<(?:script|link)\b[^>]*\b(?:src|href)="([^"]+\.js)"/g)].map(([, path]) => path);

/** Prints the figure; throws when the first route of `folder` has grown past the budget. */
export function checkBudget(folder) {
  const sizes = firstScripts(readFileSync(join(folder, 'index.html'), 'utf8'))
    .map((path) => ({ path, bytes: gzipSync(readFileSync(join(folder, path)), { level: 9 }).length }));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  if (sizes.length === 0) throw new Error(`${folder}/index.html names no script; build the site first.`);
  console.log(`first route: ${kB(total)} of JavaScript, compressed, in ${sizes.length} files; at most ${kB(MOST)}`);
  if (total > MOST) {
    const list = sizes.sort((a, b) => b.bytes - a.bytes).map(({ path, bytes }) => `  ${path} ${kB(bytes)}`).join('\n');
    throw new Error(`The first route is ${kB(total - MOST)} over its budget:\n${list}\nImport what is not seen at once with lazy() or import().`);
  }
}
