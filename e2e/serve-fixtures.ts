import { createReadStream, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Connect, Plugin } from 'vite';
import { fileAt, pathOf, typeOf } from '../scripts/site/static-file.ts';

const ROOT = join(import.meta.dirname, 'fixtures', 'models');
const PREFIX = '/fixtures/models/';

/** Answers /fixtures/models/... from e2e/fixtures/models; a missing file is a 404, never the start page. */
function serve(request: Connect.IncomingMessage, response: ServerResponse, next: Connect.NextFunction): void {
  const path = pathOf(request);
  if (!path.startsWith(PREFIX)) return next();
  const file = fileAt(ROOT, path.slice(PREFIX.length));
  if (!file) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    'content-type': typeOf(file),
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
