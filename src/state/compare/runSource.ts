/** Where a side's run comes from. */
export type RunSource =
  | { kind: 'view' }
  | { kind: 'recording'; pack: string; index: number }
  | { kind: 'history'; id: string }
  /** Of the runs made for the comparison. */
  | { kind: 'made'; index: number };
