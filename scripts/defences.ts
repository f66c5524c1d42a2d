/**
 * Takes one defence after the other out of a copy of the source and runs the test that docs/reliability.md names for it:
 * this very test has to fail. `npm run test:defences` takes the unit tests; `-- browser` those that need a browser and a
 * build each, `-- all` both; further words choose faults by name.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Defence {
  fault: string;
  file: string;
  /** The text of the defence, and what stands there without it. */
  find: string;
  without: string;
  /** File and title of the test that fails then. */
  test: string;
  title: string;
  /** Where a browser with a (software) GPU is needed. */
  project?: 'webgpu';
}

const root = join(import.meta.dirname, '..');
const defences = JSON.parse(readFileSync(join(root, 'scripts', 'defences.json'), 'utf8')) as Defence[];
const inBrowser = ({ test }: Defence) => test.endsWith('.spec.ts');
const PORT = '4279';

/** Titles of the tests that failed; throws when none ran. */
function failures(copy: string, defence: Defence): string[] {
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const bin = join(root, 'node_modules', inBrowser(defence) ? '@playwright/test/cli.js' : 'vitest/vitest.mjs');
  const args = inBrowser(defence)
    ? ['test', `--project=${defence.project ?? 'wasm'}`, '--retries=0', '--reporter=json', defence.test, '-g', defence.title.replace(/[^\w ]/g, '.')]
    : ['run', defence.test, '--reporter=json', `--outputFile=${report}`];
  const run = spawnSync(process.execPath, [bin, ...args], {
    cwd: copy, encoding: 'utf8', maxBuffer: 2 ** 28, env: { ...process.env, STUDIO_PORT: PORT, STUDIO_LONG: '1', PLAYWRIGHT_JSON_OUTPUT_NAME: report },
  });
  try {
    return inBrowser(defence) ? ofPlaywright(JSON.parse(readFileSync(report, 'utf8'))) : ofVitest(JSON.parse(readFileSync(report, 'utf8')));
  } catch {
    throw new Error(`${defence.fault}: ${defence.test} did not run.\n${run.stdout}${run.stderr}`);
  }
}

function ofVitest(report: { numTotalTests: number; testResults: { assertionResults: { title: string; status: string }[] }[] }): string[] {
  if (report.numTotalTests === 0) throw new Error('no test ran');
  return report.testResults.flatMap(({ assertionResults }) => assertionResults.filter(({ status }) => status === 'failed').map(({ title }) => title));
}

interface Suite {
  suites?: Suite[];
  specs: { title: string; ok: boolean; tests: unknown[] }[];
}
function ofPlaywright({ suites }: { suites: Suite[] }): string[] {
  const specs = (suite: Suite): Suite['specs'] => [...suite.specs, ...(suite.suites ?? []).flatMap(specs)];
  const all = suites.flatMap(specs);
  if (all.length === 0) throw new Error('no test ran');
  return all.filter(({ ok }) => !ok).map(({ title }) => title);
}

const asked = process.argv.slice(2);
const words = asked.filter((word) => word !== 'browser' && word !== 'all').join(' ');
const wanted = (defence: Defence) => asked.includes('all') || inBrowser(defence) === asked.includes('browser');
const list = defences.filter((defence) => defence.fault.includes(words) && wanted(defence));
if (list.length === 0) {
  console.error(`No defence here is against "${words}"; the faults are named in scripts/defences.json.`);
  process.exit(2);
}
const copy = mkdtempSync(join(tmpdir(), 'defences-'));
try {
  const parts = ['engine', 'packs', 'workers', 'src', 'scripts', 'e2e', 'node', 'public', 'index.html', 'package.json', 'package-lock.json', 'vite.config.ts', 'vitest.config.ts', 'playwright.config.ts', 'tsconfig.json', 'tsconfig.base.json'];
  for (const part of parts) cpSync(join(root, part), join(copy, part), { recursive: true, filter: (path) => !path.includes('artefacts') });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  let held = 0;
  for (const defence of list) {
    const { fault, file, find, without, test, title } = defence;
    const path = join(copy, file);
    const source = readFileSync(path, 'utf8');
    if (source.split(find).length !== 2) throw new Error(`${fault}: the defence "${find}" does not stand exactly once in ${file}.`);
    writeFileSync(path, source.replace(find, () => without));
    const failed = failures(copy, defence).some((name) => name.includes(title));
    writeFileSync(path, source);
    if (failed) held++;
    console.log(`${failed ? 'fails, as it must' : 'STILL PASSES     '}  ${fault}  (${test} "${title}")`);
  }
  console.log(`${held} of ${list.length} tests fail without their defence.`);
  process.exitCode = held === list.length ? 0 : 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
