/** How a command ends that cannot do what it was asked for: words for a person, and an exit code. */
import process from 'node:process';
import { CommanderError } from 'commander';
import { StudioError, type ErrorCode } from '../engine/errors.ts';
import { english } from '../engine/phrase.ts';

const wrongInput: readonly ErrorCode[] = ['unknown-class', 'bad-seed', 'bad-setting', 'bad-argument', 'pack-missing'];

/** Says why to `err`; returns the exit code: 2 for wrong input, else 1. Commander has said its own words. */
export function failed(error: unknown, err: (text: string) => void): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!(error instanceof StudioError)) {
    err(`error: ${error instanceof Error ? error.message : String(error)}`);
    err(process.env.DEBUG && error instanceof Error ? String(error.stack) : 'This was not expected. Start it again with DEBUG=1 in the environment, and report what it prints.');
    return 1;
  }
  err(`error: ${error.message}`);
  if (error.code === 'graph-failed' && error.detail) err(`  ${english(error.detail)}`);
  return wrongInput.includes(error.code) ? 2 : 1;
}
