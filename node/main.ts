import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import process from 'node:process';

/** Whether Node was started with this module, by a link to it, too. `url`: its import.meta.url. */
export function isMain(url: string, started = process.argv[1]): boolean {
  try {
    return started !== undefined && realpathSync(started) === realpathSync(fileURLToPath(url));
  } catch {
    return false;
  }
}
