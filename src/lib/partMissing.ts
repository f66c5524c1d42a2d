/** A script or style of the studio did not come: no network, or a host that has another version by now. In the words of each browser. */
export const isPartMissing = (error: unknown): error is Error =>
  error instanceof Error && /dynamically imported module|importing a module script failed|preload css/i.test(error.message);
