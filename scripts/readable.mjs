/** Ends the process with words, before anything is built or served, where a file or folder of public/ may not be read: Vite would end with a stack, or serve its start page in that place. */
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { root } from './run.mjs';

/** The first path from `path` on that may not be read or entered; null where all may be. */
function closedIn(path) {
  try {
    const folder = statSync(path).isDirectory();
    accessSync(path, folder ? constants.R_OK | constants.X_OK : constants.R_OK);
    if (!folder) return null;
  } catch (error) {
    return error.code === 'EACCES' || error.code === 'EPERM' ? path : null;
  }
  for (const name of readdirSync(path)) {
    const closed = closedIn(join(path, name));
    if (closed) return closed;
  }
  return null;
}

export function checkPublic() {
  const closed = closedIn(join(root, 'public'));
  if (!closed) return;
  console.error(`The studio cannot be built: you may not read ${relative(root, closed)}. Change its permissions (chmod -R u+rX public), or move it out of public/.`);
  process.exit(2);
}
