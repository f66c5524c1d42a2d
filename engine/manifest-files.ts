import { PackFile } from './manifest.ts';

/** Every file that a manifest names, wherever it stands in it. */
export function filesOf(manifest: unknown): PackFile[] {
  const found: PackFile[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const file = PackFile.safeParse(value);
    if (file.success) found.push(file.data);
    else for (const part of Object.values(value)) walk(part);
  };
  walk(manifest);
  return found;
}
