/** The manifest of a pack (docs/packs.md): schema, validation, hash. */
import * as z from 'zod/mini';
import { PackError, StudioError } from './errors.ts';
import { say } from './phrase.ts';
import { Credit, isShortName, MAX_CLASSES, noSpaceAround, ShortName, Words as words } from './names.ts';
import { isStatic, longestAllowedPatch, Settings, tokenByToken } from './settings.ts';
import { secondOfPath } from './same-path.ts';
import { sha256, utf8 } from './sha256.ts';
import { MOST_POSITIONS } from './window.ts';

const FORMAT_VERSION = 1;
export const MAX_FILE_BYTES = 17_000_000;

export const graphNames = [
  'entropy', 'encoder', 'patch_transformer', 'decoder', 'gpt', 'tokenizer_decoder',
  'entropy_all', 'encoder_all', 'gpt_all', 'tokenizer_encoder',
  'entropy_window', 'encoder_window', 'patch_transformer_window', 'decoder_window', 'gpt_window',
  'patch_transformer_attention', 'decoder_attention', 'gpt_attention',
] as const;
export type GraphName = (typeof graphNames)[number];
/** Graphs that nothing but attention reads. */
const attentionNames: readonly string[] = ['patch_transformer_attention', 'decoder_attention', 'gpt_attention'] satisfies GraphName[];
/** dpar: the paper's model; gpt: the token-by-token baseline. */
export type Kind = 'dpar' | 'gpt';
/** Graphs that generation needs, by kind of pack; the others serve inspection. */
export const requiredGraphs: Readonly<Record<Kind, readonly GraphName[]>> = {
  dpar: ['entropy', 'encoder', 'patch_transformer', 'decoder', 'tokenizer_decoder'],
  gpt: ['gpt', 'tokenizer_decoder'],
};
/** Graphs that take several positions of an image at once; a pack may have none of them. */
export const windowGraphs: Readonly<Record<Kind, readonly GraphName[]>> = {
  dpar: ['entropy_window', 'encoder_window', 'patch_transformer_window', 'decoder_window'],
  gpt: ['gpt_window'],
};
// Bounds that no real pack comes near: a manifest from a stranger must not make the page reserve memory without end.
const whole = (min: number, max: number, message?: string) => z.int().check(z.minimum(min), z.maximum(max, message));
const count = whole(1, 2 ** 40);
const dimension = whole(1, 65_536);
const index = z.int().check(z.minimum(0));
/** Pixels of a picture's side. */
const side = whole(1, 4096);
const safePath = z.string().check(z.refine(
  (path) => path !== '' && !path.startsWith('/') && !path.includes('\\') && !path.includes(':') && !path.split('/').some((part) => part === '..' || part === '.' || part === ''),
  'must be a relative path without "..", a leading "/", ":" or backslashes',
));

export const PackFile = z.object({
  path: safePath,
  bytes: whole(0, MAX_FILE_BYTES, 'no file may be larger than 17 MB: shard it'),
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits')),
});
export type PackFile = z.infer<typeof PackFile>;

const distance = z.number().check(z.minimum(0));

/** Measured by the exporter against PyTorch in float32, teacher-forced on held-out pictures (docs/packs.md "Variants"). */
const VariantFigures = z.object({
  /** Files that one visit fetches to generate. */
  bytes: count,
  images: count,
  tokens: count,
  /** KL divergence of the class row, nats a token. */
  klMean: distance,
  klMax: distance,
  /** Largest absolute differences: logits of both rows, entropies in nats, pixels in [-1, 1]. */
  logits: distance,
  entropy: distance,
  picture: distance,
  /** Tokens whose entropy falls on the other side of the default threshold. */
  gateFlips: index,
});

const Variant = z.object({
  weights: z.record(z.string(), z.object({ path: safePath, shards: z.array(PackFile).check(z.minLength(1)) })),
  graphs: z.record(z.string(), z.object({ model: PackFile, byRow: z.optional(PackFile), weights: z.optional(z.string()) })),
  figures: z.optional(VariantFigures),
});
export type Variant = z.infer<typeof Variant>;

const Band = z.object({ low: z.number(), high: z.number() });

const Interval = z.array(z.number()).check(z.length(2));
const Figure = z.union([z.number(), z.string(), z.record(z.string(), z.union([z.number(), Interval]))]);

const share = z.number().check(z.minimum(0));
const patchLength = z.number().check(z.minimum(1));
/** Quality of one setting of the gates at inference: patches and nats of `held_out` held-out pictures (absent: of all), FID-lite of samples where some were drawn. */
const setting = {
  p_avg: patchLength, steps_mean: patchLength, token_nats: share,
  held_out: z.optional(count), n: z.optional(index), fid_lite: z.optional(share), fid_lite_interval: z.optional(Interval), class_agreement: z.optional(share),
};
/** `evaluate --sweep`: the model at other thresholds, and a model trained on static patches at lengths that grow as much from its own (paper, Table 6). */
const Sweep = z.object({
  dynamic: z.array(z.object({ ...setting, entropy_threshold: z.number() })).check(z.minLength(1), z.maxLength(64)),
  static: z.optional(z.array(z.object({ ...setting, static_length: patchLength })).check(z.minLength(1), z.maxLength(64))),
});
export type Sweep = z.infer<typeof Sweep>;

/** evaluation.json of `python -m models evaluate` (docs/evaluation.md): figures, figures by class, words, 95 % intervals; a sweep. */
const Figures = z.catchall(z.object({ sweep: z.optional(Sweep) }), Figure);

/** `python -m models passes`: mean passes an image by window, at the defaults (docs/packs.md "Passes by window"). */
const Passes = z.object({
  images: whole(1, 2 ** 20),
  by: z.array(z.object({ window: whole(1, MOST_POSITIONS), mean: z.number() })).check(z.minLength(1), z.maxLength(MOST_POSITIONS)),
});
export type Passes = z.infer<typeof Passes>;

const Common = z.object({
  formatVersion: z.literal(FORMAT_VERSION),
  name: ShortName,
  title: words,
  description: z.string(),
  license: words,
  /** Other folders with the same files. Asked only where the site was built to allow their origin. */
  mirrors: z.optional(z.array(z.string().check(noSpaceAround, z.url({ protocol: /^https$/ }))).check(z.maxLength(8))),
  data: z.object({ name: words, credit: Credit, license: words }),
  /** synonyms: other names that a class is found by. */
  classes: z.array(z.object({ id: words, label: words, synonyms: z.optional(z.array(words)) })).check(z.minLength(1, 'at least one class is needed'), z.maxLength(MAX_CLASSES, `at most ${MAX_CLASSES} classes are taken`)),
  grid: z.object({ width: whole(1, 128), tokens: whole(1, 16_384) }),
  image: z.object({ size: side }),
  vocab: whole(1, 2 ** 20),
  /** Images that the step graphs take at once; absent: 1. */
  batch: z.optional(whole(1, 1024)),
  /** strips: tokenizer_decoder takes any number of whole rows of tokens. */
  tokenizer: z.object({ factor: dimension, codeDim: dimension, reach: index, parameters: count, strips: z.optional(z.boolean()) }),
  defaults: Settings,
  curve: z.array(z.object({ entropyThreshold: z.number(), pAvg: z.number().check(z.minimum(1)), stepsMean: z.number().check(z.minimum(1)) })),
  passes: z.optional(Passes),
  evaluation: Figures,
  /** samples: no real pictures were at hand, curve, thumbnails and golden vectors are of the model's own. */
  pictures: z.optional(z.enum(['held-out', 'samples'])),
  split: z.object({ seed: z.int(), train: index, heldOut: index }),
  variants: z.record(z.string(), Variant),
  /** By backend; the reason is for people. */
  defaultVariant: z.object({ webgpu: words, wasm: words, reason: z.optional(words) }),
  golden: PackFile,
  codebook: z.object({ tiles: PackFile, columns: dimension, tile: side }),
  /** One for every class in order, or of the classes listed. */
  thumbnails: z.object({ file: PackFile, columns: dimension, size: side, classes: z.optional(z.array(index).check(z.minLength(1))) }),
  /** Held-out pictures to start from, tiled in one file: the class of each, in order. */
  gallery: z.optional(z.object({ file: PackFile, columns: dimension, size: side, classes: z.array(index).check(z.minLength(1)) })),
  /** The 1st and 99th percentile of the held-out pictures: reconstruction in dB, mean entropy in nats. */
  heldOut: z.optional(z.object({ psnr: Band, entropy: Band })),
  recordings: z.array(z.object({ id: words, title: words, class: index, run: PackFile, picture: PackFile })).check(z.maxLength(MAX_CLASSES)),
});

const transformer = { dim: dimension, heads: dimension, ffn: dimension, parameters: count };
const DparModel = z.object({ ...transformer, encoderBlocks: dimension, patchTransformerBlocks: dimension, decoderBlocks: dimension, window: dimension });
const GptModel = z.object({ ...transformer, blocks: dimension });
const EntropyModel = z.object({ dim: dimension, heads: dimension, ffn: dimension, blocks: dimension, parameters: count });

const Shape = z.discriminatedUnion('kind', [
  z.extend(Common, { kind: z.literal('dpar'), model: DparModel, entropySource: z.optional(z.literal('entropy-model')), entropyModel: EntropyModel }),
  z.extend(Common, { kind: z.literal('gpt'), model: GptModel, entropySource: z.optional(z.enum(['entropy-model', 'null-class'])), entropyModel: z.optional(EntropyModel) }),
]);
export type Manifest = z.infer<typeof Shape>;
export type DparManifest = Extract<Manifest, { kind: 'dpar' }>;
export type GptManifest = Extract<Manifest, { kind: 'gpt' }>;

/** Longest patch that a pack can generate, in tokens. */
export const patchWindow = (model: Manifest['model']): number => ('window' in model ? model.window : 1);

export type EntropySource = 'entropy-model' | 'null-class';

/** Where a pack's entropies come from: an entropy model beside the model, or the null class of the model itself. */
export const entropySource = (m: Pick<Manifest, 'entropySource' | 'entropyModel'>): EntropySource =>
  m.entropySource ?? (m.entropyModel ? 'entropy-model' : 'null-class');

/** Whether the logits of a token, where a null row runs, hold its entropy. */
export const decodesWithNullEntropies = (m: Pick<Manifest, 'kind' | 'entropySource' | 'entropyModel'>): boolean =>
  m.kind === 'gpt' && entropySource(m) === 'null-class';

type Report = (field: string, message: string) => void;

/** Shapes that contradict each other. */
function checkShapes(m: Manifest, report: Report): void {
  if (m.grid.width ** 2 !== m.grid.tokens) report('grid.tokens', `must be width x width = ${m.grid.width ** 2}, got ${m.grid.tokens}`);
  if (m.image.size !== m.grid.width * m.tokenizer.factor) report('image.size', `must be grid.width x tokenizer.factor = ${m.grid.width * m.tokenizer.factor}, got ${m.image.size}`);
  // Dynamic RoPE needs d/16 frequencies for each column (docs/packs.md), and onnxruntime's attention takes no other heads.
  for (const [name, sizes] of [['model', m.model], ['entropyModel', m.entropyModel]] as const) {
    if (sizes && sizes.dim % (16 * sizes.heads) !== 0) report(`${name}.dim`, `must be a multiple of 16 x heads = ${16 * sizes.heads}, got ${sizes.dim}`);
  }
  if (m.kind === 'dpar' && m.defaults.maxPatchLength > m.model.window) report('defaults.maxPatchLength', `must be at most model.window = ${m.model.window}, got ${m.defaults.maxPatchLength}`);
  if (m.kind === 'gpt') {
    const wrong = (Object.keys(tokenByToken) as (keyof typeof tokenByToken)[]).find((key) => m.defaults[key] !== tokenByToken[key]);
    if (wrong) report(`defaults.${wrong}`, `must be ${JSON.stringify(tokenByToken[wrong])} in a pack of kind gpt, which decodes token by token`);
  }
  if (isStatic(m.defaults) && m.defaults.staticLength === null) report('defaults.staticLength', 'must be a number of tokens, since all three switches are off');
  const longest = longestAllowedPatch(m.defaults, m.grid.width, m.grid.tokens);
  if (longest > patchWindow(m.model)) report('defaults', `must not allow patches longer than model.window = ${patchWindow(m.model)}, these allow ${longest} tokens`);
  if (m.defaults.against !== undefined) report('defaults.against', 'must be left out: a pack guides against its null class');
  if (entropySource(m) === 'entropy-model' && !m.entropyModel) report('entropyModel', 'is missing, though entropies come from an entropy model');
  m.passes?.by.forEach(({ window, mean }, i, by) => {
    const least = Math.ceil(m.grid.tokens / window);
    const before = by[i - 1]?.window ?? 0;
    if (window <= before) report(`passes.by[${i}].window`, `must be above ${before}, the window before it`);
    if (!(mean >= least && mean <= m.grid.tokens)) report(`passes.by[${i}].mean`, `must be from ${least}, where every pass settles its whole window, to ${m.grid.tokens}, one token a pass; got ${mean}`);
  });
  m.curve.forEach(({ entropyThreshold, pAvg, stepsMean }, i, curve) => {
    const before = curve[i - 1]?.entropyThreshold ?? -Infinity;
    if (entropyThreshold <= before) report(`curve[${i}].entropyThreshold`, `must be above ${before}, the threshold before it`);
    for (const [key, value] of [['pAvg', pAvg], ['stepsMean', stepsMean]] as const) if (value > m.grid.tokens) report(`curve[${i}].${key}`, `must be at most ${m.grid.tokens}, the tokens of an image; got ${value}`);
  });
  m.recordings.forEach((recording, i) => {
    if (recording.class >= m.classes.length) report(`recordings[${i}].class`, `must be below ${m.classes.length}, the number of classes`);
  });
  const unlisted = m.thumbnails.classes?.findIndex((index) => index >= m.classes.length) ?? -1;
  if (unlisted >= 0) report(`thumbnails.classes[${unlisted}]`, `must be below ${m.classes.length}, the number of classes`);
  const strange = m.gallery?.classes.findIndex((index) => index >= m.classes.length) ?? -1;
  if (strange >= 0) report(`gallery.classes[${strange}]`, `must be below ${m.classes.length}, the number of classes`);
  for (const key of ['id', 'label'] as const) {
    const seen = new Map<string, number>();
    m.classes.forEach((c, i) => {
      const name = c[key].toLowerCase();
      if (seen.has(name)) report(`classes[${i}].${key}`, `"${c[key]}" is already that of class ${seen.get(name)}`);
      else seen.set(name, i);
    });
  }
}

/** References between variants, graphs, weights and files. */
function checkReferences(m: Manifest, report: Report): void {
  const second = secondOfPath(m, fieldOf);
  if (second) report(second.field, `"${second.path}" is also the path of a file with another sha256 or length`);
  for (const [name, variant] of Object.entries(m.variants)) {
    const at = `variants.${name}.graphs`;
    if (!isShortName(name)) report('variants', `the name "${name.slice(0, 64)}" must be at most 64 letters, digits, ".", "_" or "-", beginning with a letter or digit`);
    for (const graph of requiredGraphs[m.kind]) if (!variant.graphs[graph]) report(at, `the graph ${graph} is missing`);
    for (const [graph, { weights }] of Object.entries(variant.graphs)) {
      if (weights !== undefined && !Object.hasOwn(variant.weights, weights)) report(`${at}.${graph}.weights`, `there are no weights "${weights}" in this variant`);
    }
  }
  for (const backend of ['webgpu', 'wasm'] as const) {
    const name = m.defaultVariant[backend];
    if (!Object.hasOwn(m.variants, name)) report(`defaultVariant.${backend}`, `there is no variant "${name}"; there are ${Object.keys(m.variants).join(', ') || 'none'}`);
  }
}

/** A field as messages name it. */
export const fieldOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part)), '') || 'the whole file';

const invalid = (field: string, message: string): PackError =>
  new PackError('manifest-invalid', say`manifest.json, ${field}: ${message}. Export the pack again, or correct this field.`);

/**
 * Validates the JSON of a manifest and returns the same object, typed (unknown keys are kept, so that `packHash` sees them).
 * Throws `PackError`: `manifest-version` for another format version, else `manifest-invalid` with the first bad field.
 */
export function parseManifest(json: unknown): Manifest {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw invalid('the whole file', 'must be a JSON object');
  const version = (json as { formatVersion?: unknown }).formatVersion;
  if (version !== FORMAT_VERSION) {
    throw new PackError('manifest-version', say`manifest.json has formatVersion ${JSON.stringify(version) ?? '(none)'}; this studio reads version ${FORMAT_VERSION}. Update the studio, or export the pack again.`);
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

/** A variant without graphs that no run depends on. */
const variantOfRuns = (variant: Variant): Variant =>
  ({ ...variant, graphs: Object.fromEntries(Object.entries(variant.graphs).filter(([graph]) => !attentionNames.includes(graph))) });

/**
 * Hash that a run names its pack by: sha256 hex of the canonical manifest with `recordings` emptied, without `mirrors` and
 * without attention graphs, so that runs and links of a pack that gets them stay its own.
 */
export async function packHash(manifest: Manifest): Promise<string> {
  return sha256(utf8(canonicalJson({ ...manifest, variants: Object.fromEntries(Object.entries(manifest.variants).map(([name, variant]) => [name, variantOfRuns(variant)])), recordings: [], mirrors: undefined })));
}

/** Throws `bad-argument` for a variant that the pack does not have. */
export function variantOf({ name: pack, variants }: Pick<Manifest, 'name' | 'variants'>, name: string): Variant {
  if (Object.hasOwn(variants, name)) return variants[name]!;
  throw new StudioError('bad-argument', say`The pack ${pack} has no variant "${name}". Use one of ${Object.keys(variants).join(', ')}.`);
}

/** The files to fetch for one graph of a variant: the model, then the weight shards in order. */
export function graphFiles(manifest: Manifest, variant: string, graph: GraphName): { model: PackFile; byRow: PackFile | null; weights: { name: string; location: string; shards: PackFile[] } | null } {
  const chosen = variantOf(manifest, variant);
  const entry = chosen.graphs[graph];
  if (!entry) throw new PackError('manifest-invalid', say`The pack ${manifest.name} has no graph ${graph} in variant ${variant}. Export the pack again.`);
  const models = { model: entry.model, byRow: entry.byRow ?? null };
  if (entry.weights === undefined) return { ...models, weights: null };
  const { path, shards } = chosen.weights[entry.weights]!;
  return { ...models, weights: { name: entry.weights, location: path.slice(path.lastIndexOf('/') + 1), shards } };
}
