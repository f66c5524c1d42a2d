/** Files of a folder as a static host finds and names them. */
import { existsSync, statSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.json': 'application/json',
  '.wasm': 'application/wasm', '.png': 'image/png', '.svg': 'image/svg+xml', '.webmanifest': 'application/manifest+json',
};
export const typeOf = (file: string): string => TYPES[extname(file)] ?? 'application/octet-stream';

/** What is asked for, without the query. */
export const pathOf = ({ url = '/' }: Pick<IncomingMessage, 'url'>): string => decodeURIComponent(url.split('?')[0]!);

/** The file at a path below a folder, the start page where the path is one of a folder; null where there is none. */
export function fileAt(folder: string, path: string): string | null {
  const file = join(folder, normalize(`/${path}`), path === '' || path.endsWith('/') ? 'index.html' : '');
  return existsSync(file) && statSync(file).isFile() ? file : null;
}
