const isZip = (file: File) => /\.zip$/i.test(file.name) || file.type === 'application/zip' || file.type === 'application/x-zip-compressed';

export interface PackItems {
  folders: FileSystemDirectoryEntry[];
  zip: File | null;
  /** Files of a folder that was chosen, each with its path. */
  files?: readonly File[];
}

/** Items of a drop that are a pack: one zip, or folders. Read at once, since a drop's items are gone after the event. */
export function packItems(transfer: DataTransfer | null): PackItems | null {
  const folders = [...(transfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry?.isDirectory) as FileSystemDirectoryEntry[];
  const zip = [...(transfer?.files ?? [])].find(isZip) ?? null;
  return folders.length > 0 || zip ? { folders, zip } : null;
}

/** What a file chooser brought: one zip, or the files of a folder; null where nothing was chosen. */
export function chosenPack(files: FileList | readonly File[] | null): PackItems | null {
  const all = [...(files ?? [])];
  if (all.length === 0) return null;
  return all.length === 1 && all[0]!.webkitRelativePath === '' ? { folders: [], zip: all[0]! } : { folders: [], zip: null, files: all };
}
