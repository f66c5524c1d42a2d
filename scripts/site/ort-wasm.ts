import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const ID = 'virtual:ort-wasm';
/** Cloudflare takes files up to 25 MiB; the Asyncify build is larger. The same bound as a pack's shards. */
const PART_BYTES = 16 * 1024 * 1024;
const BUILDS = { wasm: '', jspi: '.jspi', asyncify: '.asyncify' };

const packageRoot = join(dirname(createRequire(import.meta.url).resolve('onnxruntime-web')), '..');
const folder = join(packageRoot, 'dist');
const version = (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Address path of a folder under Vite's server, whatever the system's paths look like. */
export const servedFolder = (path: string): string => `/@fs/${path.replaceAll('\\', '/').replace(/^\//, '')}/`;

interface Part {
  path: string;
  bytes: number;
  sha256: string;
}

/**
 * onnxruntime's WebAssembly as files with lengths and hashes, cut to parts that every host takes. The worker fetches
 * them like the shards of a pack: with progress, resumed, verified and kept. The copies that the bundler would add are
 * left out.
 */
export function ortWasm(): Plugin {
  const sources = new Map<string, Uint8Array>();
  let serving = false;

  const partsOf = (suffix: string): Part[] => {
    const name = `ort-wasm-simd-threaded${suffix}.wasm`;
    const all = readFileSync(join(folder, name));
    if (serving) return [{ path: name, bytes: all.length, sha256: sha256(all) }];
    return Array.from({ length: Math.ceil(all.length / PART_BYTES) }, (_, i) => {
      const bytes = all.subarray(i * PART_BYTES, (i + 1) * PART_BYTES);
      const hash = sha256(bytes);
      const path = `onnxruntime${suffix}-${hash.slice(0, 8)}.wasm.${i}`;
      sources.set(path, bytes);
      return { path, bytes: bytes.length, sha256: hash };
    });
  };

  return {
    name: 'ort-wasm',
    enforce: 'post',
    configResolved(config) {
      serving = config.command === 'serve';
    },
    resolveId: (id) => (id === ID ? `\0${ID}` : null),
    load(id) {
      if (id !== `\0${ID}`) return null;
      const builds = Object.fromEntries(Object.entries(BUILDS).map(([build, suffix]) => [build, partsOf(suffix)]));
      // In a build the parts lie beside the chunk that this becomes part of.
      const base = serving ? `new URL(${JSON.stringify(servedFolder(folder))}, globalThis.location.origin).href` : 'import.meta.url';
      return `export const version = ${JSON.stringify(version)};\nexport const builds = ${JSON.stringify(builds)};\nexport const base = ${base};\n`;
    },
    generateBundle(_, bundle) {
      for (const name of Object.keys(bundle)) if (/ort-wasm-simd-threaded.*\.wasm$/.test(name)) delete bundle[name];
      for (const [path, source] of sources) this.emitFile({ type: 'asset', fileName: `assets/${path}`, source });
    },
  };
}
