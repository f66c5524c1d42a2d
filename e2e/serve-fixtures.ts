import { createReadStream, existsSync, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import type { Connect, Plugin } from 'vite';

const ROOT = join(import.meta.dirname, 'fixtures', 'models');
const PREFIX = '/fixtures/models/';
const TYPES: Record<string, string> = { '.json': 'application/json', '.png': 'image/png' };

/** Answers /fixtures/models/... from e2e/fixtures/models; a missing file is a 404, never the start page. */
function serve(request: Connect.IncomingMessage, response: ServerResponse, next: Connect.NextFunction): void {
  const path = decodeURIComponent((request.url ?? '').split('?')[0]!);
  if (!path.startsWith(PREFIX)) return next();
  const file = join(ROOT, normalize('/' + path.slice(PREFIX.length)));
  if (!existsSync(file) || !statSync(file).isFile()) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-length': statSync(file).size,
    'cache-control': 'no-store',
  });
  createReadStream(file).pipe(response);
}

/** Test packs for the dev and preview servers. vite.config.ts adds it only under STUDIO_FIXTURES=1; builds never hold them. */
export const serveFixtures = (): Plugin => ({
  name: 'serve-fixtures',
  configureServer: (server) => void server.middlewares.use(serve),
  configurePreviewServer: (server) => void server.middlewares.use(serve),
});
