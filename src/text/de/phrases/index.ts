import { engine } from './engine.ts';
import { names } from './names.ts';
import { packs } from './packs.ts';
import { page } from './page.ts';
import { workers } from './workers.ts';

/** German of every phrase (engine/phrase.ts) by its English template, and of names. A test finds what is missing here. */
export const phrases: Readonly<Record<string, string>> = { ...engine, ...packs, ...workers, ...page, ...names };
