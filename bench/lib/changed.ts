import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** When what a made file depends on was last changed, in ms: the Python code below `root` that writes graphs, and the pack that it is made of. */
export function lastChange(root: string, pack?: string): number {
  const folders = ['models', 'models/bench', 'models/export'].map((folder) => join(root, folder));
  const files = folders.flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith('.py')).map((name) => join(folder, name)));
  if (pack !== undefined) files.push(join(pack, 'manifest.json'));
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}
