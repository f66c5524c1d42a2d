import type { RunHeader } from '../../engine/log.ts';

/** `eurosat-river-7.png`; letters of every script stay, so that two classes have two names. */
export function fileName(header: RunHeader, ending: string): string {
  const name = `${header.pack.name}-${header.className}`.normalize('NFC').toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
  return `${name.slice(0, 80)}-${header.seed}${ending}`;
}

/** Hands a file to the browser's downloads. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
