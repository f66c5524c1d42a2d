/** `npm test`: every test, or the named parts (lint, types, unit, models, e2e), installing what is missing first. */
import process from 'node:process';
import { checkBudget } from './budget.mjs';
import { ensurePython, python } from './python.mjs';
import { run, runBin } from './run.mjs';

await import('./ensure.mjs');

const parts = {
  lint() {
    ensurePython();
    runBin('eslint/bin/eslint.js', ['.', '--max-warnings', '0']);
    run(python, ['-m', 'ruff', 'check', 'models']);
  },
  types() {
    for (const side of ['engine', '.', 'workers', 'node']) runBin('typescript/bin/tsc', ['-p', side]);
    console.log('types: no errors');
  },
  unit: () => runBin('vitest/vitest.mjs', ['run']),
  models() {
    ensurePython();
    run(python, ['-m', 'pytest'], { OMP_NUM_THREADS: '1' }); // small tensors: threads would only wait for each other
  },
  e2e() {
    runBin('vite/bin/vite.js', ['build', '--logLevel', 'warn']);
    checkBudget('dist');
    runBin('@playwright/test/cli.js', ['test']);
  },
};

const asked = process.argv.slice(2);
for (const name of asked.length ? asked : Object.keys(parts)) {
  if (!parts[name]) {
    console.error(`There is no test part "${name}"; the parts are ${Object.keys(parts).join(', ')}.`);
    process.exit(2);
  }
  console.log(`\n--- ${name}`);
  parts[name]();
}
