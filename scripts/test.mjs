/** `npm test`: every test, or the named parts (lint, types, unit, models, e2e), installing what is missing first. */
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { checkBudget } from './budget.mjs';
import { ensurePython, python } from './python.mjs';
import { run, runBin } from './run.mjs';

await import('./ensure.mjs');

const parts = {
  lint: () => runBin('eslint/bin/eslint.js', ['.', '--max-warnings', '0']),
  types() {
    for (const side of ['engine', 'packs', '.', 'workers', 'node']) runBin('typescript/bin/tsc', ['-p', side]);
    console.log('types: no errors');
  },
  unit: () => runBin('vitest/vitest.mjs', ['run']),
  models() {
    ensurePython();
    run(python, ['-m', 'ruff', 'check', 'models']);
    run(python, ['-m', 'pytest'], { OMP_NUM_THREADS: '1' }); // small tensors: threads would only wait for each other
  },
  e2e() {
    runBin('vite/bin/vite.js', ['build', '--logLevel', 'warn']);
    checkBudget('dist');
    runBin('@playwright/test/cli.js', ['test']);
  },
};

function runParts(names) {
  for (const name of names) {
    console.log(`\n--- ${name}`);
    parts[name]();
  }
}

/** Runs parts in a process beside this one; the promise ends with what they printed and how they ended. */
function beside(names) {
  const folder = mkdtempSync(join(tmpdir(), 'dpar-test-'));
  const file = join(folder, 'output.txt');
  const output = openSync(file, 'w'); // not a pipe: this process does not read while it runs other parts
  const posix = process.platform !== 'win32';
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...names], { stdio: ['ignore', output, output], detached: posix });
  process.on('SIGINT', () => process.exit(130)); // Ctrl-C ends the part in front, then this process, then the one beside it
  process.on('exit', () => {
    try {
      if (child.exitCode === null) process.kill(posix ? -child.pid : child.pid); // detached: with all that it started
    } catch {
      // it has ended by itself
    }
    rmSync(folder, { recursive: true, force: true });
  });
  return new Promise((resolve) => child.on('close', (status) => resolve({ status: status ?? 1, printed: readFileSync(file, 'utf8') })));
}

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !parts[name]);
if (unknown) {
  console.error(`There is no test part "${unknown}"; the parts are ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}
if (asked.length) {
  runParts(asked);
} else {
  // The Python side takes one core; the browser tests, two at a time, wait until it is done.
  console.log('The Python side is installed and tested meanwhile; what it says comes after the unit tests.');
  const models = beside(['models']);
  runParts(['lint', 'types', 'unit']);
  const { status, printed } = await models;
  process.stdout.write(printed);
  if (status !== 0) process.exit(status);
  runParts(['e2e']);
}
