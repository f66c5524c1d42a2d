import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileAt, pathOf, typeOf } from '../scripts/site/static-file.ts';

const SITE = join(import.meta.dirname, '..', '.cache', 'e2e-site');
const FIXTURES = join(import.meta.dirname, '../fixtures/models');

/** Answers in place of the file, or returns false. `n` counts the requests for this path, from 1. */
export type Fault = (request: IncomingMessage, response: ServerResponse, n: number, file: string) => boolean;

export interface FaultServer {
  /** Address of the site's start page. */
  url: string;
  /** Paths below the site with their Range headers, in order. */
  asked: { path: string; range: string | undefined }[];
  /** Faults by the end of a path; may be changed at any time. */
  faults: Map<string, Fault>;
  close(): Promise<void>;
}

export interface FaultServerOptions {
  /** Folder of the site on the host: "/" or "/any/sub/path/". */
  path?: string;
  headers?: Record<string, string>;
}

/** Cuts the connection after `bytes` of the file; a browser forgets what it has not read by then, so that it gets a second for it. */
export const cutAfter = (bytes: number, times = 1): Fault => (_, response, n, file) => {
  if (n > times) return false;
  response.writeHead(200, { 'content-length': statSync(file).size, 'accept-ranges': 'bytes' });
  response.write(readFileSync(file).subarray(0, bytes), () => setTimeout(() => response.destroy(), 1000));
  return true;
};

/** Sends `bytes` of the file and then nothing more. */
export const stallAfter = (bytes: number): Fault => (_, response, __, file) => {
  response.writeHead(200, { 'content-length': statSync(file).size });
  response.write(readFileSync(file).subarray(0, bytes));
  return true;
};

export const answer = (status: number, body = '', type = 'text/plain', times = Infinity): Fault => (_, response, n) => {
  if (n > times) return false;
  response.writeHead(status, { 'content-type': type }).end(body);
  return true;
};

/** The built site with the test packs under models/, on a port of its own, as a plain static host that can fail. */
export async function faultServer({ path = '/', headers = {} }: FaultServerOptions = {}): Promise<FaultServer> {
  const asked: FaultServer['asked'] = [];
  const faults: FaultServer['faults'] = new Map();
  const counts = new Map<string, number>();

  const fileOf = (below: string): string | null => (below.startsWith('models/') ? fileAt(FIXTURES, below.slice('models/'.length)) : null) ?? fileAt(SITE, below);

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const address = pathOf(request);
    const file = address.startsWith(path) ? fileOf(address.slice(path.length)) : null;
    const below = address.slice(path.length);
    asked.push({ path: below, range: request.headers.range });
    const n = (counts.get(below) ?? 0) + 1;
    counts.set(below, n);
    const fault = [...faults].find(([end]) => below.endsWith(end))?.[1];
    if (fault?.(request, response, n, file ?? '')) return;
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    const { size } = statSync(file);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const common = { ...headers, 'content-type': typeOf(file), 'cache-control': 'no-cache' };
    if (from > 0) response.writeHead(206, { ...common, 'content-length': size - from, 'content-range': `bytes ${from}-${size - 1}/${size}` });
    else response.writeHead(200, { ...common, 'content-length': size });
    createReadStream(file, { start: from }).pipe(response);
  };

  const server: Server = createServer(serve);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${path}`, asked, faults,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
}
