import { PNG_KEYWORD, readPngText } from '../../../engine/picture.ts';
import { ENDING } from '../../history/entry.ts';
import { MAX_FILE_BYTES, PNG_LOG_KEYWORD } from '../../share/carry.ts';
import { openFile } from '../../share/openFile.ts';
import { deskOf } from '../../state/inspect/desk.ts';
import type { Studio } from '../../state/studio.ts';

/** A picture saved by the studio, or a run's JSON, opens as the run it holds; every other file is taken as a picture. */
export async function openAny(studio: Studio, file: File): Promise<void> {
  if (file.type === 'application/json' || file.name.endsWith('.json') || file.name.endsWith(ENDING)) return void (await openFile(studio, file));
  if (file.type === 'image/png' && file.size <= MAX_FILE_BYTES) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const carries = bytes.length > 33 && [PNG_LOG_KEYWORD, PNG_KEYWORD].some((keyword) => readPngText(bytes, keyword) !== null);
    if (carries) return void (await openFile(studio, file));
  }
  await deskOf(studio).open(file, file.name);
}
