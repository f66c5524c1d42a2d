/** The manifest of a pack (docs/packs.md): schema, validation, hash. */
import { z } from 'zod';
import { PackError } from './errors.ts';
import { Settings } from './settings.ts';
import { sha256, utf8 } from './sha256.ts';

export const FORMAT_VERSION = 1;
export const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** Graphs that generation needs; the others serve inspection. */
export const requiredGraphs = ['entropy', 'encoder', 'patch_transformer', 'decoder', 'tokenizer_decoder'] as const;
export const graphNames = [...requiredGraphs, 'entropy_all', 'encoder_all', 'tokenizer_encoder'] as const;
export type GraphName = (typeof graphNames)[number];

const count = z.int().min(1);
const words = z.string().trim().min(1, 'must not be empty');
const safePath = z.string().refine(
  (path) => path !== '' && !path.startsWith('/') && !path.includes('\\') && !path.includes(':') && !path.split('/').some((part) => part === '..' || part === '.' || part === ''),
  'must be a relative path without "..", a leading "/", ":" or backslashes',
);

export const PackFile = z.object({
  path: safePath,
  bytes: z.int().min(0).max(MAX_FILE_BYTES, 'no file may be larger than 16 MiB: shard it'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits'),
});
export type PackFile = z.infer<typeof PackFile>;

const Variant = z.object({
  weights: z.record(z.string(), z.object({ path: safePath, shards: z.array(PackFile).min(1) })),
  graphs: z.record(z.string(), z.object({ model: PackFile, weights: z.string().optional() })),
});
export type Variant = z.infer<typeof Variant>;

const Figures = z.record(z.string(), z.union([z.number(), z.record(z.string(), z.number())]));

const Shape = z.object({
  formatVersion: z.literal(FORMAT_VERSION),
  kind: z.literal('dpar'),
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be letters, digits, ".", "_" or "-"'),
  title: words,
  description: z.string(),
  license: words,
  data: z.object({ name: words, credit: words, license: words }),
  classes: z.array(z.object({ id: words, label: words })).min(1, 'at least one class is needed'),
  grid: z.object({ width: count, tokens: count }),
  image: z.object({ size: count }),
  vocab: count,
  model: z.object({
    dim: count, heads: count, ffn: count, encoderBlocks: count, patchTransformerBlocks: count, decoderBlocks: count, window: count, parameters: count,
  }),
  entropyModel: z.object({ dim: count, heads: count, ffn: count, blocks: count, parameters: count }),
  tokenizer: z.object({ factor: count, codeDim: count, reach: z.int().min(0), parameters: count }),
  defaults: Settings,
  curve: z.array(z.object({ entropyThreshold: z.number(), pAvg: z.number().min(1), stepsMean: z.number().min(1) })),
  evaluation: Figures,
  split: z.object({ seed: z.int(), train: z.int().min(0), heldOut: z.int().min(0) }),
  variants: z.record(z.string(), Variant),
  defaultVariant: z.object({ webgpu: words, wasm: words }),
  golden: PackFile,
  codebook: z.object({ tiles: PackFile, columns: count, tile: count }),
  thumbnails: z.object({ file: PackFile, columns: count, size: count }),
  recordings: z.array(z.object({ id: words, title: words, class: z.number().int().nonnegative(), run: PackFile, picture: PackFile })),
});
export type Manifest = z.infer<typeof Shape>;

type Report = (field: string, message: string) => void;

/** Shapes that contradict each other. */
function checkShapes(m: Manifest, report: Report): void {
  if (m.grid.width ** 2 !== m.grid.tokens) report('grid.tokens', `must be width x width = ${m.grid.width ** 2}, got ${m.grid.tokens}`);
  if (m.image.size !== m.grid.width * m.tokenizer.factor) report('image.size', `must be grid.width x tokenizer.factor = ${m.grid.width * m.tokenizer.factor}, got ${m.image.size}`);
  // Dynamic RoPE needs d/16 frequencies for each column (docs/packs.md), 2D RoPE d/4.
  if (m.model.dim % (16 * m.model.heads) !== 0) report('model.dim', `must be a multiple of 16 x heads = ${16 * m.model.heads}, got ${m.model.dim}`);
  if (m.entropyModel.dim % (4 * m.entropyModel.heads) !== 0) report('entropyModel.dim', `must be a multiple of 4 x heads = ${4 * m.entropyModel.heads}, got ${m.entropyModel.dim}`);
  if (m.defaults.maxPatchLength > m.model.window) report('defaults.maxPatchLength', `must be at most model.window = ${m.model.window}, got ${m.defaults.maxPatchLength}`);
  for (const key of ['id', 'label'] as const) {
    const seen = new Map<string, number>();
    m.classes.forEach((c, i) => {
      const name = c[key].toLowerCase();
      if (seen.has(name)) report(`classes[${i}].${key}`, `"${c[key]}" is already that of class ${seen.get(name)}`);
      else seen.set(name, i);
    });
  }
}

/** References between variants, graphs and weights. */
function checkReferences(m: Manifest, report: Report): void {
  for (const [name, variant] of Object.entries(m.variants)) {
    const at = `variants.${name}.graphs`;
    for (const graph of requiredGraphs) if (!variant.graphs[graph]) report(at, `the graph ${graph} is missing`);
    for (const [graph, { weights }] of Object.entries(variant.graphs)) {
      if (weights !== undefined && !variant.weights[weights]) report(`${at}.${graph}.weights`, `there are no weights "${weights}" in this variant`);
    }
  }
  for (const backend of ['webgpu', 'wasm'] as const) {
    const name = m.defaultVariant[backend];
    if (!m.variants[name]) report(`defaultVariant.${backend}`, `there is no variant "${name}"; there are ${Object.keys(m.variants).join(', ') || 'none'}`);
  }
}

const fieldOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part)), '') || 'the whole file';

const invalid = (field: string, message: string): PackError =>
  new PackError('manifest-invalid', `manifest.json, ${field}: ${message}. Export the pack again, or correct this field.`, field);

/**
 * Validates the JSON of a manifest and returns the same object, typed (unknown keys are kept, so that `packHash` sees them).
 * Throws `PackError`: `manifest-version` for another format version, else `manifest-invalid` with the first bad field.
 */
export function parseManifest(json: unknown): Manifest {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw invalid('the whole file', 'must be a JSON object');
  const version = (json as { formatVersion?: unknown }).formatVersion;
  if (version !== FORMAT_VERSION) {
    throw new PackError('manifest-version', `manifest.json has formatVersion ${JSON.stringify(version) ?? '(none)'}; this studio reads version ${FORMAT_VERSION}. Update the studio, or export the pack again.`, 'formatVersion');
  }
  const parsed = Shape.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw invalid(fieldOf(issue.path), issue.message);
  }
  const report: Report = (field, message) => {
    throw invalid(field, message);
  };
  checkShapes(parsed.data, report);
  checkReferences(parsed.data, report);
  return json as Manifest;
}

/** The JSON Schema of a manifest, for the Python side. */
export const manifestJsonSchema = (): unknown => z.toJSONSchema(Shape, { unrepresentable: 'any' });

/** JSON with sorted keys and no spaces; numbers as ECMAScript writes them (RFC 8785). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Hash that a run names its pack by: sha256 hex of the canonical manifest with `recordings` emptied. */
export async function packHash(manifest: Manifest): Promise<string> {
  return sha256(utf8(canonicalJson({ ...manifest, recordings: [] })));
}

/** The files to fetch for one graph of a variant: the model, then the weight shards in order. */
export function graphFiles(manifest: Manifest, variant: string, graph: GraphName): { model: PackFile; weights: { name: string; location: string; shards: PackFile[] } | null } {
  const chosen = manifest.variants[variant];
  if (!chosen) throw new PackError('manifest-invalid', `The pack ${manifest.name} has no variant "${variant}". Use one of ${Object.keys(manifest.variants).join(', ')}.`);
  const entry = chosen.graphs[graph];
  if (!entry) throw new PackError('manifest-invalid', `The pack ${manifest.name} has no graph ${graph} in variant ${variant}. Export the pack again.`);
  if (entry.weights === undefined) return { model: entry.model, weights: null };
  const { path, shards } = chosen.weights[entry.weights]!;
  return { model: entry.model, weights: { name: entry.weights, location: path.slice(path.lastIndexOf('/') + 1), shards } };
}
