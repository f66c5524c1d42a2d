import type { RunSource } from '../../state/compare/runSource.ts';

/** A side's source as the value of an option; '' for none. */
export function sourceValue(source: RunSource | null): string {
  switch (source?.kind) {
    case 'recording': return `recording:${source.pack}:${source.index}`;
    case 'history': return `history:${source.id}`;
    case 'made': return `made:${source.index}`;
    default: return source?.kind ?? '';
  }
}

/** Null for none. */
export function readSource(value: string): RunSource | null {
  const [kind, id = '', index = ''] = value.split(':');
  switch (kind) {
    case 'view': return { kind };
    case 'recording': return { kind, pack: id, index: Number(index) };
    case 'history': return { kind, id };
    case 'made': return { kind, index: Number(id) };
    default: return null;
  }
}
