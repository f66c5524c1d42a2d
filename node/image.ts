/** Images from a pack: the decode loop, their logs and pictures. */
import { decode, type DecodeRequest } from '../engine/decode.ts';
import type { DecodeGraphs, PictureGraphs } from '../engine/graphs.ts';
import { RunLog, tokensOf } from '../engine/log.ts';
import { PNG_KEYWORD, pictureToRgba, withPngText } from '../engine/picture.ts';
import { runHeader } from '../engine/run-header.ts';
import { PNG } from 'pngjs';
import type { Pack } from './pack.ts';

/** Decodes images at once, a log each, by windows of so many positions (default: as the settings say); a log is incomplete when its request's signal was aborted. */
export async function decodeImages(graphs: DecodeGraphs, pack: Pack, variant: string, requests: readonly DecodeRequest[], window?: number): Promise<RunLog[]> {
  const logs = requests.map((request) => new RunLog(runHeader({ ...pack, variant, backend: 'cpu' }, request)));
  for await (const pass of decode(graphs, pack.manifest, requests, { window })) {
    for (const { image, events } of pass) for (const event of events) logs[image]!.append(event);
  }
  return logs;
}

/** PNG of a complete run, its header and digest inside. */
export async function pngOf(log: RunLog, pictures: PictureGraphs, size: number): Promise<Uint8Array> {
  const png = new PNG({ width: size, height: size });
  png.data = Buffer.from(pictureToRgba(await pictures.decode(tokensOf(log.events))));
  return withPngText(PNG.sync.write(png, { colorType: 2 }), PNG_KEYWORD, { header: log.header, digest: log.digest() });
}
