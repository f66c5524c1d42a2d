import type process from 'node:process';
import { reasonOf } from './reasons.ts';

/**
 * Lets a command go on where its lines can be printed no longer: they are for reading along, what it makes is made all the same.
 * A reader that has ended, such as `| head -1`, is no fault; any other reason is named at the end, and the exit code says so.
 */
export function outlivePrinting(host: Pick<typeof process, 'stdout' | 'stderr' | 'exitCode' | 'once'>, err: (text: string) => void = (text) => console.error(text)): void {
  let lost: NodeJS.ErrnoException | null = null;
  for (const stream of [host.stdout, host.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') lost ??= error;
    });
  }
  host.once('exit', () => {
    if (!lost) return;
    err(`error: Not every line could be printed: ${reasonOf(lost, 'written to')}.`);
    host.exitCode ||= 1;
  });
}
