import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'vite';
import { CARD } from './social-card.ts';

const SOURCE = join(import.meta.dirname, '..', '..', 'src', 'offline', 'sw.ts');
/** The app itself. The picture for links elsewhere is none of it; weights, onnxruntime and packs are kept by hash elsewhere, and only those that were used. */
const isShell = (name: string) => /\.(html|js|css|svg|webmanifest|png)$/.test(name) && name !== CARD && !name.startsWith('models/');

const revision = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** Files of `public/` that belong to the shell. */
function publicShell(folder: string): { url: string; revision: string }[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && isShell(entry.name))
    .map((entry) => ({ url: entry.name, revision: revision(readFileSync(join(folder, entry.name))) }));
}

/** Builds src/offline/sw.ts into sw.js with the list of the shell's files. */
export function serviceWorker(): Plugin {
  let publicDir = '';
  return {
    name: 'service-worker',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      publicDir = config.publicDir;
    },
    generateBundle: {
      order: 'post',
      async handler(_, bundle) {
        const files = Object.values(bundle).filter((file) => isShell(file.fileName)).map((file) => ({
          url: file.fileName, revision: revision(file.type === 'chunk' ? file.code : file.source),
        }));
        const manifest = [...files, ...publicShell(publicDir)].sort((a, b) => (a.url < b.url ? -1 : 1));
        const result = await build({
          configFile: false, publicDir: false, logLevel: 'error', define: { __SHELL__: JSON.stringify(manifest), 'process.env.NODE_ENV': '"production"' },
          build: { write: false, target: 'es2022', modulePreload: false, rolldownOptions: { input: SOURCE, output: { format: 'iife', entryFileNames: 'sw.js' } } },
        });
        if (!('output' in result)) throw new Error('The service worker was not built.');
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: result.output[0].code });
      },
    },
  };
}
