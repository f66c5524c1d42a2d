/**
 * `npm run audit`: asks the registries' advisories about every pinned package, npm's and Python's. Ends with 1 where one is
 * known, with 2 where the advisories could not be asked (a mirror without them, no network): that says nothing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { findInterpreter } from './python.mjs';
import { root } from './run.mjs';

const PIP_AUDIT = 'pip-audit==2.10.1';
const ask = (command, args, options = {}) => spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26, ...options });
let worst = 0;
const report = (name, code, words) => {
  console.log(`${name}: ${words}`);
  if (code === 1 || worst === 0) worst = code;
};

const npm = ask('npm', ['audit', '--json'], { shell: process.platform === 'win32' });
const counts = (() => {
  try {
    return JSON.parse(npm.stdout).metadata?.vulnerabilities;
  } catch {
    return undefined;
  }
})();
if (!counts) report('npm', 2, `the advisories could not be asked. ${npm.stderr.split('\n').find((line) => /audit|error/.test(line)) ?? ''}`);
else if (counts.total === 0) report('npm', 0, 'no known advisory');
else report('npm', 1, `${counts.total} known advisories; npm audit names them`);

const place = join(root, '.cache', 'audit');
const own = join(place, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
const base = findInterpreter();
if (!existsSync(own) && base) ask(base, ['-m', 'venv', place]);
const there = ask(own, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PIP_AUDIT]).status === 0;
const pip = there && ask(own, ['-m', 'pip_audit', '-r', 'models/requirements.txt', '--no-deps', '--disable-pip', '--format', 'json', '--progress-spinner', 'off']);
const found = (() => {
  try {
    return pip && JSON.parse(pip.stdout).dependencies;
  } catch {
    return null;
  }
})();
const skipped = found?.filter((part) => part.skip_reason) ?? [];
const known = found?.filter((part) => part.vulns?.length > 0) ?? [];
for (const { name, version, vulns } of known) console.error(`  ${name} ${version}: ${vulns.map((entry) => entry.id).join(', ')}`);
if (known.length > 0) report('Python', 1, `${known.length} packages with known advisories`);
else if (!there) report('Python', 2, `the advisories could not be asked: ${PIP_AUDIT} could not be installed.`);
else if (!found || skipped.length > 0) report('Python', 2, `the advisories could not be asked${found ? ` for ${skipped.length} of ${found.length} packages` : ''}.`);
else report('Python', 0, `no known advisory in ${found.length} packages`);
process.exitCode = worst;
