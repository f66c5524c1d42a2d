import { de } from './de/index.ts';
import { phrases } from './de/phrases/index.ts';
import type { Wording } from './t.ts';

export const german: Wording = { messages: { ...de, ...phrases }, decimal: ',', locale: 'de' };
