/** Several pictures at once: the events and previews of every row, and a report for each. */
import { decodeBatch } from '../engine/batch/decode.ts';
import { batchGraphs } from '../engine/decode-graphs.ts';
import { digest, startsOf, tokensOf, type TokenEvent } from '../engine/log.ts';
import type { GenerateReport, GenerateRequest, Notice } from './messages.ts';
import type { Model } from './model.ts';
import { Preview } from './preview.ts';

/** Events are sent about once a frame. */
const SEND_MS = 16;

export interface ManyContext {
  signal: AbortSignal;
  tell: (notice: Notice) => void;
  /** Lets messages in, and throws where the device has gone. */
  between: () => Promise<void>;
  gpuMemory: () => GenerateReport['gpuMemory'];
}

/** What a row has made and how much of it the page knows. */
interface Made {
  events: TokenEvent[];
  sent: number;
  painted: number;
}

export async function generateMany(model: Model, requests: readonly GenerateRequest[], { signal, tell, between, gpuMemory }: ManyContext): Promise<GenerateReport[]> {
  const { runner, pictures, pack: { manifest }, neutral } = model;
  const graphs = batchGraphs(runner, manifest);
  const preview = new Preview(pictures, manifest, neutral);
  const known = requests.map(({ resume }) => resume?.length ?? 0);
  const rows = requests.map((_, row): Made => ({ events: [], sent: known[row]!, painted: known[row]! }));
  const began = performance.now();
  let flushed = began;
  let turn = 0;
  const flush = () => {
    // Empty while interrupted runs are decoded up to where they were: a sign of life.
    for (const [row, made] of rows.entries()) {
      tell({ kind: 'events', row, events: made.events.slice(made.sent) });
      made.sent = Math.max(made.sent, made.events.length);
    }
    flushed = performance.now();
  };
  const paint = async (row: number) => {
    const made = rows[row]!;
    if (made.events.length <= made.painted) return;
    made.painted = made.events.length;
    const picture = await preview.paint(tokensOf(made.events));
    flush();
    tell({ kind: 'picture', row, picture });
  };
  try {
    let last = -1;
    for await (const { row, event } of decodeBatch(graphs, manifest, requests, { signal })) {
      rows[row]!.events.push(event);
      // Rows come in order within a step: once a step is enough.
      const within = row > last;
      last = row;
      if (within) continue;
      if (performance.now() - flushed >= SEND_MS) flush();
      // One picture at a time: as seldom for all rows together as for a single one.
      if (preview.due) await paint(turn++ % rows.length);
      await between();
    }
    for (const row of rows.keys()) await paint(row);
    flush();
  } finally {
    graphs.dispose();
  }
  return rows.map(({ events }) => ({
    digest: digest(tokensOf(events), startsOf(events), manifest.grid.width),
    complete: events.length === manifest.grid.tokens,
    tokens: events.length,
    times: { total: performance.now() - began, preview: preview.spent },
    gpuMemory: gpuMemory(),
  }));
}
