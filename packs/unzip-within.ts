import { unzipSync, type UnzipFileInfo } from 'fflate';
import { StudioError } from '../engine/errors.ts';

/** Why a zip is not unpacked: it has too many files, they need too much room, or it is damaged. */
export type ZipFault = 'files' | 'bytes' | 'damaged';

export interface ZipLimits {
  files: number;
  bytes: number;
}

/** What an entry takes up: of a stored one its length in the zip is copied, of a packed one the length that it announces is made. Entries may share bytes, so the zip's own length says nothing. */
const roomOf = ({ size, originalSize }: UnzipFileInfo): number => Math.max(size, originalSize);

/** The files of a zip by name. Names, number and sizes are read first, and nothing is unpacked where they are refused; `check` throws for a name. */
export function unzipWithin(zip: Uint8Array, limits: ZipLimits, refuse: (fault: ZipFault) => StudioError, check: (name: string) => void = () => undefined): Map<string, Uint8Array<ArrayBuffer>> {
  let [files, bytes] = [0, 0];
  const unpack = (filter: (entry: UnzipFileInfo) => boolean) => {
    try {
      return unzipSync(zip, { filter });
    } catch (error) {
      throw error instanceof StudioError ? error : refuse('damaged');
    }
  };
  unpack((entry) => {
    check(entry.name);
    if (++files > limits.files) throw refuse('files');
    bytes += roomOf(entry);
    if (bytes > limits.bytes) throw refuse('bytes');
    return false;
  });
  return new Map(Object.entries(unpack(({ name }) => !name.endsWith('/'))) as [string, Uint8Array<ArrayBuffer>][]);
}
