/** A static server on localhost that counts what it sends, cross-origin isolated so that WebAssembly may use threads. */
import { createReadStream, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileAt, pathOf, typeOf } from '../../scripts/site/static-file.ts';

export interface Sent {
  path: string;
  bytes: number;
}

export class StaticServer {
  readonly sent: Sent[] = [];
  readonly #server: Server;

  /** mounts: address prefixes to folders, the first that fits; '/' last. */
  constructor(mounts: readonly (readonly [string, string])[]) {
    this.#server = createServer((request, response) => {
      const path = pathOf(request);
      const mount = mounts.find(([prefix]) => path.startsWith(prefix));
      const file = mount && fileAt(mount[1], path.slice(mount[0].length));
      if (!file) {
        response.writeHead(404).end();
        return;
      }
      const bytes = statSync(file).size;
      this.sent.push({ path, bytes });
      response.writeHead(200, {
        'content-type': typeOf(file), 'content-length': bytes,
        // As static hosts send it: named by content and kept, the rest asked for again.
        'cache-control': path.startsWith('/assets/') ? 'max-age=31536000, immutable' : 'no-cache',
        'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp', 'cross-origin-resource-policy': 'same-origin',
      });
      if (request.method === 'HEAD') response.end();
      else createReadStream(file).pipe(response);
    });
  }

  /** The origin, on a free port. */
  async listen(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((done) => this.#server.close(() => done()));
  }
}
