import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { StudioError } from '../../engine/errors.ts';
import { quote, say } from '../../engine/phrase.ts';
import { python } from '../../scripts/python.mjs';

const require = createRequire(import.meta.url);
const WANTED = { '@dicebear/core': '9.4.3', '@dicebear/collection': '9.4.3', '@resvg/resvg-js': '2.6.2', robohash: '2.0' } as const;

const PROBE = 'import importlib.metadata as m, importlib.util as u, json, os; s = u.find_spec("robohash"); print(json.dumps([m.version("robohash"), os.path.join(os.path.dirname(s.origin), "sets")]))';

export interface Packages {
  versions: Record<string, string>;
  /** Folder of robohash's parts. */
  robohash: string;
}

/** The packages that drawings come from, in the very versions that the pictures are made of. Throws `bad-argument` naming one that is missing or another. */
export function findPackages(): Packages {
  const versions: Record<string, string> = {};
  for (const name of ['@dicebear/core', '@dicebear/collection', '@resvg/resvg-js']) versions[name] = versionOf(name);
  const probe = spawnSync(python, ['-c', PROBE], { encoding: 'utf8' });
  if (probe.status !== 0) throw new StudioError('bad-argument', say`The Python package robohash is not installed. Run npm run test:models once, or install models/requirements.txt.`, quote(probe.stderr));
  const [version, sets] = JSON.parse(probe.stdout) as [string, string];
  versions.robohash = version;
  for (const [name, wanted] of Object.entries(WANTED)) {
    if (versions[name] !== wanted) throw new StudioError('bad-argument', say`${name} is version ${versions[name]!}, but these pictures are made of ${wanted}. Run npm ci, and install models/requirements.txt.`);
  }
  return { versions, robohash: sets };
}

function versionOf(name: string): string {
  try {
    // Its exports may hide package.json: the folder above its entry has it.
    const entry = require.resolve(name).replaceAll('\\', '/');
    return (require(`${entry.slice(0, entry.lastIndexOf(`/${name}/`) + name.length + 2)}package.json`) as { version: string }).version;
  } catch {
    throw new StudioError('bad-argument', say`The package ${name} is not installed. Run npm ci.`);
  }
}
