/**
 * `npm run licences`: writes docs/licences.md, the licences of everything that the built site contains, and the bills of
 * materials (CycloneDX) .cache/sbom.cdx.json and .cache/sbom-python.cdx.json, from the lock files. Ends with 1 where a
 * licence is unknown here.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { productionPackages, productionSbom } from './production.mjs';
import { root } from './run.mjs';
import { pythonSbom } from './sbom-python.mjs';

/** Each allows passing the site on as it is; MPL-2.0 asks for the source of its own files, which stay unchanged. */
const KNOWN = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MPL-2.0'];

const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const whole = spawnSync('npm', ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application'], {
  cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26, shell: process.platform === 'win32',
});
if (whole.status !== 0) {
  console.error(whole.stderr);
  process.exit(1);
}
const sbom = productionSbom(JSON.parse(whole.stdout), productionPackages(lock));
const parts = sbom.components.map(({ name, group, version, licenses = [] }) => ({
  name: group ? `${group}/${name}` : name, version,
  licence: licenses.map(({ license, expression }) => expression ?? license.id ?? license.name).join(', ') || 'none named',
})).sort((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'));

mkdirSync(join(root, '.cache'), { recursive: true });
writeFileSync(join(root, '.cache', 'sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`);
const requirements = readFileSync(join(root, 'models', 'requirements.txt'), 'utf8');
writeFileSync(join(root, '.cache', 'sbom-python.cdx.json'), `${JSON.stringify(pythonSbom(requirements), null, 2)}\n`);
writeFileSync(join(root, 'docs', 'licences.md'), [
  '# Licences of what the site contains', '',
  'Written by `npm run licences` from the lock file; the same as CycloneDX is in `.cache/sbom.cdx.json`. Listed are the `dependencies` of `package.json` and all that they need. Some of these bring types alone. Tools for building and testing are not part of the site and not listed.', '',
  '| package | version | licence |', '|---|---|---|', ...parts.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`), '',
  '## Data', '',
  'ImageNet\'s class ids and names (`models/llamagen/imagenet_classes.tsv`) are facts of WordNet (Princeton University, WordNet licence), taken from the lists in timm 1.0.31 (PyPI, Apache-2.0).', '',
].join('\n'));

const unknown = parts.filter(({ licence }) => !KNOWN.includes(licence));
for (const { name, version, licence } of unknown) console.error(`${name} ${version}: ${licence}. Check it, and add it to KNOWN in scripts/licences.mjs.`);
console.log(`${parts.length} packages in docs/licences.md`);
process.exitCode = unknown.length > 0 ? 1 : 0;
