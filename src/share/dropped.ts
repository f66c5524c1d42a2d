import { packItems, type PackItems } from '../packs/packItems.ts';

/** What a drop or the clipboard brings to the studio; null: nothing that it reads, such as a piece of text. */
type Dropped = { kind: 'pack'; pack: PackItems } | { kind: 'file'; file: File } | { kind: 'address' } | null;

const isRead = (file: File) => file.type.startsWith('image/') || /\.(json|png|jpe?g|webp|avif|gif|bmp|heic)$/i.test(file.name);

/** The same for every view: a pack comes first, then a picture or run, then any file, then the address of something elsewhere. Read at once: it is gone after the event. */
export function dropped(transfer: DataTransfer | null): Dropped {
  const pack = packItems(transfer);
  if (pack) return { kind: 'pack', pack };
  const files = [...(transfer?.files ?? [])];
  const file = files.find(isRead) ?? files[0];
  if (file) return { kind: 'file', file };
  return transfer?.types.includes('text/uri-list') ? { kind: 'address' } : null;
}
