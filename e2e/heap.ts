import type { CDPSession, Page } from '@playwright/test';

interface Usage {
  usedSize: number;
  backingStorageSize: number;
}
/** Bytes in use: the JavaScript heap, and the memory of its array buffers. */
export interface HeapUse {
  heap: number;
  buffers: number;
}
interface Snapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[], ...unknown[]] } };
  /** The fields of one node after those of another. */
  nodes: number[];
}
type Send = (method: string) => Promise<unknown>;

/** The dedicated worker of a page, over the page's session: it has none of its own. */
async function workerSend(session: CDPSession): Promise<Send> {
  const waiting = new Map<number, (result: unknown) => void>();
  const attached = new Promise<string>((resolve) => session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
    if (targetInfo.type === 'worker') resolve(sessionId);
  }));
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message) as { id?: number; result?: unknown };
    if (id !== undefined) waiting.get(id)?.(result);
  });
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  const sessionId = await attached;
  let next = 1;
  return (method) => new Promise((resolve) => {
    const id = next++;
    waiting.set(id, resolve);
    void session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) });
  });
}

async function use(send: Send): Promise<HeapUse> {
  // What a finalizer lets go of is gone with the next collection.
  for (let i = 0; i < 3; i++) await send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = await send('Runtime.getHeapUsage') as Usage;
  return { heap: usedSize, buffers: backingStorageSize };
}

/** Memory of the page and of its worker, garbage taken out. */
export async function heapsOf(page: Page): Promise<{ page: HeapUse; worker: HeapUse }> {
  const session = await page.context().newCDPSession(page);
  const send = await workerSend(session);
  const found = { page: await use((method) => session.send(method as 'HeapProfiler.collectGarbage')), worker: await use(send) };
  await session.detach();
  return found;
}

/** Bytes of the page's heap that the browser's compiler has made: bytecode and machine code. It compiles what runs often, for long. */
export async function compiledCodeOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  const { snapshot: { meta }, nodes } = JSON.parse(chunks.join('')) as Snapshot;
  const [type, size, code] = [meta.node_fields.indexOf('type'), meta.node_fields.indexOf('self_size'), meta.node_types[0].indexOf('code')];
  let bytes = 0;
  for (let node = 0; node < nodes.length; node += meta.node_fields.length) if (nodes[node + type] === code) bytes += nodes[node + size]!;
  return bytes;
}
