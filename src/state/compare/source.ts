/** Where a side's run comes from, as the value of an option: the one place that writes and reads it. */
export type Source =
  | { kind: 'view' }
  | { kind: 'recording'; pack: string; index: number }
  | { kind: 'history'; id: string }
  /** Of the runs made for the comparison. */
  | { kind: 'made'; index: number };

export const VIEW = 'view';
export const recordingSource = (pack: string, index: number): string => `recording:${pack}:${index}`;
export const historySource = (id: string): string => `history:${id}`;
export const madeSource = (index: number): string => `made:${index}`;

/** Null for none. */
export function readSource(text: string): Source | null {
  const [kind, id = '', index = ''] = text.split(':');
  switch (kind) {
    case VIEW: return { kind };
    case 'recording': return { kind, pack: id, index: Number(index) };
    case 'history': return { kind, id };
    case 'made': return { kind, index: Number(id) };
    default: return null;
  }
}
