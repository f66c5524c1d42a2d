import { de } from './de/index.ts';
import { JOINED, SAID, WORDS } from './de/said.ts';
import { sayer } from './sayer.ts';
import type { Wording } from './t.ts';

export const german: Wording = { messages: de, said: sayer(WORDS, { ...JOINED, ...SAID }), decimal: ',' };
