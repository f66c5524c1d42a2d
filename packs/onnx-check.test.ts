import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { graphFiles, parseManifest, requiredGraphs } from '../engine/manifest.ts';
import { checkModel, scanModel } from './onnx-check.ts';

const root = join(import.meta.dirname, '..', 'e2e', 'fixtures', 'models', 'nano');
const manifest = parseManifest(JSON.parse(readFileSync(join(root, 'manifest.json'), 'utf8')));
const models = requiredGraphs[manifest.kind].map((graph) => {
  const { model, weights } = graphFiles(manifest, 'fp32', graph);
  return { path: model.path, bytes: new Uint8Array(readFileSync(join(root, model.path))), location: weights?.location ?? null };
});

/** A protobuf field: a message or text under `number`. */
const field = (number: number, body: Uint8Array | string): Uint8Array => {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)]);
  return Uint8Array.from([...varint(number * 8 + 2), ...varint(bytes.length), ...bytes]);
};
const join2 = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const external = (location: string) => field(5, field(13, join2(field(1, 'location'), field(2, location))));
const refusal = (model: Uint8Array, location: string | null = null) => {
  try {
    checkModel('x.onnx', model, location);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('models of a pack', () => {
  test.each(models)('$path of the test pack is taken, with its own weights only', ({ path, bytes, location }) => {
    expect(() => checkModel(path, bytes, location)).not.toThrow();
    expect(scanModel(bytes).domains.size).toBeGreaterThan(0);
    expect(refusal(bytes, 'other.bin')).toMatch(/weights from/);
  });

  test('operators of an unknown domain are refused, in subgraphs and imports too', () => {
    const node = field(1, field(7, 'evil.ops'));
    expect(refusal(field(7, node))).toMatch(/operators of "evil.ops"/);
    expect(refusal(field(7, field(1, field(5, field(6, node)))))).toMatch(/operators of "evil.ops"/);
    expect(refusal(join2(field(7, field(1, field(7, 'com.microsoft'))), field(8, field(1, 'evil.ops'))))).toMatch(/evil.ops/);
  });

  test.each(['../secret.bin', '/etc/passwd', 'https://evil.test/w.bin', 'other.bin'])('external data at %s is refused', (place) => {
    expect(refusal(field(7, external(place)), 'all.bin')).toMatch(/which its pack does not name/);
    expect(refusal(field(7, external(place)))).toMatch(/which its pack does not name/);
    expect(refusal(field(7, field(1, field(5, field(5, field(13, join2(field(1, 'location'), field(2, place))))))), 'all.bin')).toMatch(/weights from/);
  });

  test('own functions, sparse weights, endless nesting and bytes that are no model are refused', () => {
    expect(refusal(join2(field(7, ''), field(25, '')))).toMatch(/functions/);
    expect(refusal(field(7, field(15, '')))).toMatch(/sparse/);
    let graph = field(1, '');
    for (let i = 0; i < 20; i++) graph = field(1, field(5, field(6, graph)));
    expect(refusal(field(7, graph))).toMatch(/too deep/);
    expect(refusal(new Uint8Array())).toMatch(/no graph/);
    expect(refusal(new TextEncoder().encode('<!doctype html>'))).toMatch(/not a protobuf/);
  });

  test('bytes of any kind end in a verdict', () => {
    const { bytes, location } = models[0]!;
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }), (changes) => {
      const mutated = bytes.slice();
      for (const [at, byte] of changes) mutated[at] = byte;
      try {
        checkModel('x.onnx', mutated, location);
      } catch (error) {
        expect(error).toMatchObject({ code: 'model-refused' });
      }
    }), { numRuns: 2000 });
  });
});
