import { expect, test } from 'vitest';
import { PackError } from './errors.ts';
import { canonicalJson, graphFiles, manifestJsonSchema, packHash, parseManifest, type Manifest } from './manifest.ts';
import { tinyGptManifest, tinyManifest } from './testing/manifest.ts';

const broken = (change: (m: Manifest) => void): unknown => {
  const m = tinyManifest();
  change(m);
  return m;
};
const failure = (json: unknown): PackError => {
  try {
    parseManifest(json);
  } catch (error) {
    if (error instanceof PackError) return error;
  }
  throw new Error('the manifest was accepted');
};

test('a valid manifest comes back as the same object', () => {
  const m = tinyManifest();
  expect(parseManifest(m)).toBe(m);
  expect(parseManifest({ ...m, later: 1 })).toHaveProperty('later', 1);
});

test('a sweep over thresholds is read, and one that is not of numbers is refused', () => {
  const row = { p_avg: 1.9, steps_mean: 134.2, token_nats: 4.83 };
  const dynamic = [{ ...row, entropy_threshold: 5.8, n: 100, fid_lite: 3.1, fid_lite_interval: [2.9, 3.4], held_out: 313 }];
  const fixed = [{ ...row, static_length: 1.9 }];
  const withSweep = (sweep: unknown): unknown => ({ ...tinyManifest(), evaluation: { images_seen: 1, sweep } });
  expect(parseManifest(withSweep({ dynamic, static: fixed })).evaluation.sweep?.dynamic[0]?.fid_lite).toBe(3.1);
  expect(parseManifest(withSweep({ dynamic })).evaluation.sweep?.static).toBeUndefined();
  for (const sweep of [{}, { dynamic: [] }, { dynamic: [row] }, { dynamic, static: [row] }, { dynamic: [{ ...dynamic[0], p_avg: 0.5 }] }, 3, { dynamic: 'none' }]) {
    expect(failure(withSweep(sweep))).toMatchObject({ code: 'manifest-invalid', message: expect.stringContaining('evaluation') });
  }
});

test('defaults that generate are taken: the row reset or a static length keeps patches within the window', () => {
  for (const defaults of [{ lengthGate: false }, { rowReset: false }, { entropyGate: false, lengthGate: false, rowReset: false, staticLength: 3.5 }]) {
    expect(parseManifest(broken((m) => { Object.assign(m.defaults, defaults); })).defaults).toMatchObject(defaults);
  }
});

test('passes by window are read', () => {
  const passes = { images: 20, by: [{ window: 1, mean: 16 }, { window: 4, mean: 6.25 }, { window: 32, mean: 3.5 }] };
  expect(parseManifest({ ...tinyManifest(), passes }).passes).toEqual(passes);
});

test('another format version says so', () => {
  expect(failure({ ...tinyManifest(), formatVersion: 2 })).toMatchObject({ code: 'manifest-version', message: expect.stringContaining('formatVersion 2; this studio reads version 1') });
  expect(failure({})).toMatchObject({ code: 'manifest-version' });
  expect(failure('<html>')).toMatchObject({ code: 'manifest-invalid' });
});

test.each<[string, (m: Manifest) => void]>([
  ['grid.tokens', (m) => { m.grid.tokens = 15; }],
  ['image.size', (m) => { m.image.size = 20; }],
  ['model.dim', (m) => { m.model.dim = 40; }],
  ['entropyModel.dim', (m) => { m.entropyModel!.dim = 33; }],
  ['defaults.maxPatchLength', (m) => { m.defaults.maxPatchLength = 5; }],
  ['defaults', (m) => { Object.assign(m.defaults, { lengthGate: false, rowReset: false }); }],
  ['defaults', (m) => { Object.assign(m.defaults, { entropyGate: false, lengthGate: false, rowReset: false, staticLength: 4.5 }); }],
  ['defaults.staticLength', (m) => { Object.assign(m.defaults, { entropyGate: false, lengthGate: false, rowReset: false }); }],
  ['title', (m) => { m.title = 'Tiny\n'; }],
  ['classes[2].synonyms[0]', (m) => { m.classes[2]!.synonyms = ['\u00a0stream']; }],
  ['mirrors[0]', (m) => { m.mirrors = ['https://example.org/tiny ']; }],
  ['defaultVariant.wasm', (m) => { m.defaultVariant.wasm = 'fp32 '; }],
  ['defaults.guidance', (m) => { m.defaults.guidance = -1; }],
  ['classes[1].id', (m) => { m.classes[1]!.id = ' '; }],
  ['classes[2].label', (m) => { m.classes[2]!.label = 'forest'; }],
  ['classes', (m) => { m.classes = []; }],
  ['entropyModel', (m) => { delete (m as { entropyModel?: unknown }).entropyModel; }],
  ['thumbnails.classes[1]', (m) => { m.thumbnails.classes = [0, 99]; }],
  ['passes.images', (m) => { m.passes = { images: 0, by: [{ window: 1, mean: 16 }] }; }],
  ['passes.by', (m) => { m.passes = { images: 4, by: [] }; }],
  ['passes.by[0].window', (m) => { m.passes = { images: 4, by: [{ window: 65, mean: 16 }] }; }],
  ['passes.by[0].window', (m) => { m.passes = { images: 4, by: [{ window: 2.5, mean: 16 }] }; }],
  ['passes.by[1].window', (m) => { m.passes = { images: 4, by: [{ window: 4, mean: 9 }, { window: 4, mean: 9 }] }; }],
  ['passes.by[1].mean', (m) => { m.passes = { images: 4, by: [{ window: 1, mean: 16 }, { window: 3, mean: 5.5 }] }; }],
  ['passes.by[0].mean', (m) => { m.passes = { images: 4, by: [{ window: 2, mean: 16.5 }] }; }],
  ['golden.path', (m) => { m.golden.path = '../secret'; }],
  ['codebook.tiles.path', (m) => { m.codebook.tiles.path = '/etc/passwd'; }],
  ['thumbnails.file.path', (m) => { m.thumbnails.file.path = 'a\\b'; }],
  ['golden.path', (m) => { m.golden.path = 'https://x/y'; }],
  ['golden.sha256', (m) => { m.golden.sha256 = 'abc'; }],
  ['golden.bytes', (m) => { m.golden.bytes = 17 * 1024 * 1024; }],
  ['variants.fp32.graphs', (m) => { delete m.variants.fp32!.graphs.decoder; }],
  ['variants.fp32.graphs.encoder.weights', (m) => { m.variants.fp32!.graphs.encoder!.weights = 'none'; }],
  ['defaultVariant.wasm', (m) => { m.defaultVariant.wasm = 'q8'; }],
  ['variants.fp32.graphs.encoder.model.path', (m) => { m.variants.fp32!.graphs.encoder!.model = { ...m.golden, path: m.variants.fp32!.graphs.entropy!.model.path, bytes: 2 }; }],
  ['codebook.tile', (m) => { m.codebook.tile = 4097; }],
  ['thumbnails.size', (m) => { m.thumbnails.size = 2 ** 40; }],
  ['gallery.size', (m) => { m.gallery = { file: m.golden, columns: 1, size: 2 ** 40, classes: [0] }; }],
  ['gallery.columns', (m) => { m.gallery = { file: m.golden, columns: 2 ** 40, size: 16, classes: [0] }; }],
  ['recordings[0].class', (m) => { m.recordings = [{ id: 'a', title: 'A', class: 3, run: m.golden, picture: m.golden }]; }],
  ['curve[1].entropyThreshold', (m) => { m.curve.push({ ...m.curve[0]!, entropyThreshold: 1 }); }],
  ['curve[0].stepsMean', (m) => { m.curve[0]!.stepsMean = 17; }],
  ['curve[0].pAvg', (m) => { m.curve[0]!.pAvg = 1e300; }],
  ['name', (m) => { m.name = '../x'; }],
  ['vocab', (m) => { (m as Partial<Manifest>).vocab = undefined; }],
])('%s is named when it is wrong', (field, change) => {
  const error = failure(broken(change));
  expect(error.code).toBe('manifest-invalid');
  expect(error.message).toContain(`${field}: `);
  expect(error.message).toMatch(/again/);
});

test('the hash ignores recordings and key order, and sees everything else', async () => {
  const m = tinyManifest();
  const hash = await packHash(m);
  const recorded = { ...m, recordings: [{ id: 'a', title: 'A', class: 0, run: m.golden, picture: m.golden }] };
  expect(await packHash(recorded)).toBe(hash);
  expect(await packHash(Object.fromEntries(Object.entries(m).reverse()) as Manifest)).toBe(hash);
  expect(await packHash({ ...m, title: 'Other' })).not.toBe(hash);
  const [name, variant] = Object.entries(m.variants)[0]!;
  const { model } = Object.values(variant.graphs)[0]!;
  const withGraph = (graph: string): Manifest => ({ ...m, variants: { ...m.variants, [name]: { ...variant, graphs: { ...variant.graphs, [graph]: { model } } } } });
  expect(await packHash(withGraph('decoder_attention'))).toBe(hash);
  expect(await packHash(withGraph('later_all'))).not.toBe(hash);
  expect(await packHash({ ...m, later: 1 } as unknown as Manifest)).not.toBe(hash);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
});

test('canonical JSON', () => {
  expect(canonicalJson({ b: [1, 2.0, { z: null, a: 'é"' }], a: true })).toBe('{"a":true,"b":[1,2,{"a":"é\\"","z":null}]}');
});

test('files of a graph, and the JSON Schema', () => {
  const m = tinyManifest();
  expect(graphFiles(m, 'fp32', 'encoder')).toMatchObject({ model: { path: 'fp32/encoder.onnx' }, weights: { location: 'all.bin' } });
  for (const name of ['q8', 'constructor']) expect(() => graphFiles(m, name, 'encoder')).toThrow(expect.objectContaining({ code: 'bad-argument', message: `The pack tiny has no variant "${name}". Use one of fp32.` }));
  delete m.variants.fp32!.graphs.entropy_all;
  expect(() => graphFiles(m, 'fp32', 'entropy_all')).toThrow(/no graph entropy_all/);
  expect(manifestJsonSchema()).toMatchObject({ oneOf: [{ type: 'object' }, { type: 'object' }] });
});

test('a pack of kind gpt needs its own graphs and fixed gates', () => {
  expect(parseManifest(tinyGptManifest()).kind).toBe('gpt');
  expect(() => parseManifest({ ...tinyGptManifest(), defaults: tinyManifest().defaults })).toThrow(/defaults\.maxPatchLength.*kind gpt/);
  expect(() => parseManifest({ ...tinyGptManifest(), model: tinyManifest().model })).toThrow(/model\.blocks/);
  expect(() => parseManifest({ ...tinyManifest(), kind: 'mlp' })).toThrow(/kind/);
  const m = tinyGptManifest();
  for (const graph of ['entropy', 'encoder', 'patch_transformer', 'decoder']) delete m.variants.fp32!.graphs[graph];
  expect(parseManifest(m)).toBe(m);
  delete m.variants.fp32!.graphs.gpt;
  expect(() => parseManifest(m)).toThrow(/graph gpt is missing/);
});
