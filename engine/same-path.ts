/** One path, one file: where a manifest names two, none of them can be fetched for the other. */
interface Place {
  field: string;
  path: string;
}

type Named = Record<'path' | 'sha256' | 'bytes', unknown>;
const isFile = (value: object): value is Named => 'path' in value && 'sha256' in value;

/** The first file, and its field, whose path is that of another file. `fieldOf`: how a message names a field. */
export function secondOfPath(manifest: unknown, fieldOf: (path: readonly PropertyKey[]) => string): Place | null {
  const known = new Map<string, string>();
  const find = (value: unknown, at: readonly PropertyKey[]): Place | null => {
    if (typeof value !== 'object' || value === null) return null;
    if (isFile(value)) {
      const [path, what] = [String(value.path), `${String(value.sha256)} ${String(value.bytes)}`];
      if ((known.get(path) ?? what) !== what) return { field: fieldOf([...at, 'path']), path };
      known.set(path, what);
      return null;
    }
    for (const [key, part] of Object.entries(value)) {
      const found = find(part, [...at, Array.isArray(value) ? Number(key) : key]);
      if (found) return found;
    }
    return null;
  };
  return find(manifest, []);
}
