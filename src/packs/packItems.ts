const isZip = (file: File) => /\.zip$/i.test(file.name) || file.type === 'application/zip' || file.type === 'application/x-zip-compressed';

export interface PackItems {
  folders: FileSystemDirectoryEntry[];
  zip: File | null;
}

/** Items of a drop that are a pack: one zip, or folders. Read at once, since a drop's items are gone after the event. */
export function packItems(transfer: DataTransfer | null): PackItems | null {
  const folders = [...(transfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry?.isDirectory) as FileSystemDirectoryEntry[];
  const zip = [...(transfer?.files ?? [])].find(isZip) ?? null;
  return folders.length > 0 || zip ? { folders, zip } : null;
}
