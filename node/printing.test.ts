import { EventEmitter } from 'node:events';
import type process from 'node:process';
import { expect, test } from 'vitest';
import { outlivePrinting } from './printing.ts';

function host(exitCode?: number) {
  const made = Object.assign(new EventEmitter(), { stdout: new EventEmitter(), stderr: new EventEmitter(), exitCode });
  const said: string[] = [];
  outlivePrinting(made as unknown as typeof process, (text) => said.push(text));
  const fail = (stream: 'stdout' | 'stderr', code: string) => made[stream].emit('error', Object.assign(new Error(`${code}: write`), { code }));
  const end = () => {
    made.emit('exit');
    return [made.exitCode, said];
  };
  return { fail, end };
}

test.each(['stdout', 'stderr'] as const)('lines that cannot be printed on %s end nothing; the reason is named once, at the end', (stream) => {
  const { fail, end } = host();
  fail(stream, 'ENOSPC');
  fail(stream, 'EIO');
  expect(end()).toEqual([1, ['error: Not every line could be printed: the disk is full.']]);
});

test('a reader that has ended is no fault, and a code that is there stays', () => {
  const gone = host();
  gone.fail('stdout', 'EPIPE');
  expect(gone.end()).toEqual([undefined, []]);
  const stopped = host(130);
  stopped.fail('stdout', 'ENOSPC');
  expect(stopped.end()[0]).toBe(130);
});
