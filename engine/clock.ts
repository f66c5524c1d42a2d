/** Milliseconds of the platform's monotonic clock. */
export const clock = (): number => (globalThis as unknown as { performance: { now(): number } }).performance.now();
