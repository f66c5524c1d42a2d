/** The Python environment of the models side: found in .venv, made there from the pinned requirements when missing. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { root, run } from './run.mjs';

const windows = process.platform === 'win32';
export const python = join(root, '.venv', windows ? 'Scripts/python.exe' : 'bin/python');
const requirements = join(root, 'models', 'requirements.txt');
const stamp = join(root, '.venv', 'requirements.installed');

/** The first interpreter that is new enough; null where there is none. */
export function findInterpreter() {
  for (const name of [process.env.PYTHON, 'python3.11', 'python3.12', 'python3', 'python'].filter(Boolean)) {
    const check = spawnSync(name, ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))'], { stdio: 'ignore' });
    if (check.status === 0) return name;
  }
  return null;
}

/** The same; without one the command ends. */
function interpreter() {
  const found = findInterpreter();
  if (found) return found;
  console.error('The tests of models/ need Python 3.11 or newer. Install it, or name it: PYTHON=/path/to/python npm test');
  process.exit(1);
}

/** Makes or refreshes .venv when models/requirements.txt has changed since it was last installed. */
export function ensurePython() {
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(python) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Installing the Python side into .venv (PyTorch is large: this takes a few minutes once)');
  if (!existsSync(python)) run(interpreter(), ['-m', 'venv', '.venv']);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes', '-r', requirements]);
  writeFileSync(stamp, wanted);
}
