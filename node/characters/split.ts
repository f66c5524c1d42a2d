import { createHash } from 'node:crypto';

export type Role = 'train' | 'held-out';

/** Share of a class's combinations that are held out. */
const HELD_OUT = 1 / 8;

/** The role of a combination of parts, whatever picture shows it: so no combination is in both. */
export function roleOf(classId: string, combination: string): Role {
  const word = createHash('sha256').update(`${classId}\n${combination}`).digest().readUInt32BE(0);
  return word / 2 ** 32 < HELD_OUT ? 'held-out' : 'train';
}

/** The role of picture `index` of `count` in its class: the last eighth is held out. */
export const roleOfPicture = (index: number, count: number): Role => (index < count - Math.round(count * HELD_OUT) ? 'train' : 'held-out');
