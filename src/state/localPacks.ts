const LOCAL = 'local:';
const packs = new Map<string, Record<string, Blob>>();

/** Keeps the files of a pack from a folder or zip for this visit; returns what stands in for its manifest's address. */
export function keepLocalPack(hash: string, files: Record<string, Blob>): string {
  const address = `${LOCAL}${hash}`;
  packs.set(address, files);
  return address;
}

export const isLocalPack = (manifestUrl: string): boolean => manifestUrl.startsWith(LOCAL);

/** The files of such a pack by hash; undefined for one that lies on a server. */
export const localPackFiles = (manifestUrl: string): Record<string, Blob> | undefined => packs.get(manifestUrl);
