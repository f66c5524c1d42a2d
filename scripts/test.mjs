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
    runBin('@playwright/test/cli.js', ['test']); // builds a site of its own, with test pages (vite.config.ts)
  },
};

function runParts(names) {
  for (const name of names) {
    console.log(`\n--- ${name}`);
    parts[name]();
  }
}

/** Runs parts in a process beside this one; the promise ends with their status, when what they printed is on the screen. It is there, too, where this process ends before. */
function beside(names) {
  const folder = mkdtempSync(join(tmpdir(), 'dpar-test-'));
  const file = join(folder, 'output.txt');
  const output = openSync(file, 'w'); // not a pipe: this process does not read while it runs other parts
  const posix = process.platform !== 'win32';
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...names], { stdio: ['ignore', output, output], detached: posix });
  let printed = false;
  const print = () => {
    if (!printed) process.stdout.write(readFileSync(file));
    printed = true;
  };
  process.on('SIGINT', () => process.exit(130)); // Ctrl-C ends the part in front, then this process, then the one beside it
  process.on('exit', () => {
    print();
    try {
      if (child.exitCode === null) process.kill(posix ? -child.pid : child.pid); // detached: with all that it started
    } catch {
      // it has ended by itself
    }
    rmSync(folder, { recursive: true, force: true });
  });
  return new Promise((resolve) => {
    child.on('close', (status) => {
      print();
      resolve(status ?? 1);
    });
  });
}

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) {
  console.error(`There is no test part "${unknown}"; the parts are ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}
if (asked.length) {
  runParts(asked);
} else {
  console.log('The Python side is installed and tested meanwhile; what it says comes at the end.');
  const models = beside(['models']);
  runParts(['lint', 'types', 'unit', 'e2e']);
  process.exitCode = await models;
}
