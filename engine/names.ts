/** Names of packs, variants and classes: one set of limits for manifests, runs, links and files, so that what one writes the others read. */
import * as z from 'zod/mini';

/** Of a class id or label: a folder's name fits in. */
export const MOST_LETTERS = 256;

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Half a character cannot be part of an address. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** Most classes of a pack: all of them are in one list on the page. */
export const MAX_CLASSES = 4096;

/** Nothing is cut off where a text is used as it stands. The pattern is Python's, too, where "$" is also before a last line break. */
export const noSpaceAround = z.regex(/^(?!\s)(?![\s\S]*\s$)/, 'must not begin or end with a space');

const wordsOf = (most: number) => z.string().check(
  z.minLength(1, 'must not be empty'), noSpaceAround, z.maxLength(most, `must have at most ${most} letters`),
  z.refine((text) => !LONE_SURROGATE.test(text), 'must not hold half a character (a lone surrogate)'),
);

/** A class id, label or title as a person reads it. */
export const Words = wordsOf(MOST_LETTERS);

/** Whom the pictures are by: every author of a data set in full. */
export const Credit = wordsOf(2048);

const SHORT = '[A-Za-z0-9][A-Za-z0-9._-]{0,63}';
const MUST = 'must be at most 64 letters, digits, ".", "_" or "-", beginning with a letter or digit';

/** The name of a pack or of a variant: part of addresses and file names. */
export const isShortName = (text: string): boolean => new RegExp(`^${SHORT}$`).test(text);
export const ShortName = z.string().check(z.regex(new RegExp(`^${SHORT}$`), MUST));

/** Digest, pack, variant and backend of a link's check, and ".2" where seeds are those of version 2; only the variant may have dots. */
export const CHECK = new RegExp(`^([0-9a-f]{12})\\.([0-9a-f]{8})\\.(${SHORT})\\.([a-z]{1,12})(\\.2)?$`);
