import type { RunHeader } from '../../engine/log.ts';

/** `eurosat-river-7.png` */
export function fileName(header: RunHeader, ending: string): string {
  const name = `${header.pack.name}-${header.className}`.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
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
