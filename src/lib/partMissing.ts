/** A script or style of the studio did not come: no network, or a host that has another version by now. In the words of each browser. */
export const saysPartMissing = (words: string): boolean => /dynamically imported module|importing a module script failed|preload css/i.test(words);

export const isPartMissing = (error: unknown): error is Error => error instanceof Error && saysPartMissing(error.message);
