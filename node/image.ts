/** One image from a pack: the decode loop, its log and its picture. */
import { decodeBatch } from '../engine/batch/decode.ts';
import type { BatchGraphs } from '../engine/batch/graphs.ts';
import { decode, type DecodeRequest } from '../engine/decode.ts';
import type { DecodeGraphs, PictureGraphs } from '../engine/graphs.ts';
import { RunLog, SAMPLER, tokensOf, type RunHeader } from '../engine/log.ts';
import { PNG_KEYWORD, pictureToRgba, withPngText } from '../engine/picture.ts';
import { PNG } from 'pngjs';
import type { Pack } from './pack.ts';

/** The header of a run on this machine's CPU. */
export function headerOf(pack: Pack, variant: string, request: Pick<DecodeRequest, 'class' | 'seed' | 'settings'>): RunHeader {
  const { name, classes, grid } = pack.manifest;
  return {
    pack: { name, hash: pack.hash }, variant, backend: 'cpu', class: request.class,
    className: classes[request.class]?.label ?? 'no class', seed: request.seed, settings: request.settings, grid, sampler: SAMPLER,
  };
}

/** Decodes one image into a log; the log is incomplete when the signal was aborted. */
export async function decodeImage(graphs: DecodeGraphs, pack: Pack, variant: string, request: DecodeRequest): Promise<RunLog> {
  const log = new RunLog(headerOf(pack, variant, request));
  for await (const event of decode(graphs, pack.manifest, request)) log.append(event);
  return log;
}

/** Decodes several images at once, a log each; `signal` stops all of them. */
export async function decodeImages(graphs: BatchGraphs, pack: Pack, variant: string, requests: readonly DecodeRequest[], signal?: { readonly aborted: boolean }): Promise<RunLog[]> {
  const logs = requests.map((request) => new RunLog(headerOf(pack, variant, request)));
  for await (const { row, event } of decodeBatch(graphs, pack.manifest, requests, { signal })) logs[row]!.append(event);
  return logs;
}

/** PNG of a complete run, its header and digest inside. */
export async function pngOf(log: RunLog, pictures: PictureGraphs, size: number): Promise<Uint8Array> {
  const png = new PNG({ width: size, height: size });
  png.data = Buffer.from(pictureToRgba(await pictures.decode(tokensOf(log.events)), size));
  return withPngText(PNG.sync.write(png, { colorType: 2 }), PNG_KEYWORD, { header: log.header, digest: log.digest() });
}
