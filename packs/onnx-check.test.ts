import fc from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { graphFiles, parseManifest, requiredGraphs } from '../engine/manifest.ts';
import { checkModel } from './onnx-check.ts';
import { scanModel } from './onnx-scan.ts';

const repository = join(import.meta.dirname, '..');
const root = join(repository, 'fixtures', 'models', 'nano');
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

  test('operators of an unknown domain are refused, in imports too', () => {
    const node = field(1, field(7, 'evil.ops'));
    expect(refusal(field(7, node))).toMatch(/operators of "evil.ops"/);
    expect(refusal(join2(field(7, field(1, field(7, 'com.microsoft'))), field(8, field(1, 'evil.ops'))))).toMatch(/evil.ops/);
  });

  test.each(['../secret.bin', '/etc/passwd', 'https://evil.test/w.bin', 'other.bin'])('external data at %s is refused', (place) => {
    expect(refusal(field(7, external(place)), 'all.bin')).toMatch(/which its pack does not name/);
    expect(refusal(field(7, external(place)))).toMatch(/which its pack does not name/);
    expect(refusal(field(7, field(1, field(5, field(5, field(13, join2(field(1, 'location'), field(2, place))))))), 'all.bin')).toMatch(/weights from/);
  });

  test('own functions, sparse weights, graphs inside graphs, formats and bytes that are no model are refused', () => {
    expect(refusal(join2(field(7, ''), field(25, '')))).toMatch(/functions/);
    expect(refusal(field(7, field(15, '')))).toMatch(/sparse/);
    expect(refusal(field(7, field(1, field(5, field(22, '')))))).toMatch(/sparse/);
    expect(refusal(field(7, field(1, field(5, field(6, '')))))).toMatch(/graph inside a graph/);
    expect(refusal(join2(field(7, ''), field(7, '')))).toMatch(/more than one graph/);
    expect(refusal(new Uint8Array())).toMatch(/no graph/);
    expect(refusal(new TextEncoder().encode('<!doctype html>'))).toMatch(/not a protobuf/);
    // onnxruntime reads its own format by these letters, whatever the bytes are as protobuf.
    expect(refusal(join2(field(1, 'xxORTM'), field(7, '')))).toMatch(/a format of onnxruntime's own/);
    // A key of more than 32 bits, whose lower ones are those of a second graph.
    expect(refusal(join2(field(7, ''), Uint8Array.of(0xba, 0x80, 0x80, 0x80, 0x10, 0)))).toMatch(/a number is too long/);
  });

  test('every graph of the packs in the repository is taken', () => {
    const files = ['public', 'fixtures'].flatMap((folder) => readdirSync(join(repository, folder, 'models'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.onnx')).map((file) => join(repository, folder, 'models', file)));
    expect(files.length).toBeGreaterThan(50);
    for (const file of files) {
      const bytes = new Uint8Array(readFileSync(file));
      expect(() => checkModel(file, bytes, [...scanModel(bytes).locations][0] ?? null)).not.toThrow();
    }
  });

  describe('results of any size', () => {
    const int64 = (...values: number[]) => new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    const tensor = (name: string, ...values: number[]) => join2(field(8, name), Uint8Array.of(16, 7), field(9, int64(...values)));
    const float = (name: string, ...values: number[]) => join2(field(8, name), Uint8Array.of(16, 1), field(9, new Uint8Array(Float32Array.from(values).buffer)));
    const node = (type: string, inputs: string[], ...rest: Uint8Array[]) => field(1, join2(field(4, type), ...inputs.map((name) => field(1, name)), ...rest));
    const graph = (...parts: Uint8Array[]) => field(7, join2(...parts));
    const typed = (type: number) => Uint8Array.of(0xa0, 1, type);
    const named = (name: string, body: Uint8Array) => field(5, join2(field(1, name), body));
    const constant = (name: string, ...attributes: Uint8Array[]) => field(1, join2(field(4, 'Constant'), field(2, name), ...attributes));
    /** An attribute that says it is a tensor. */
    const value = (...parts: Uint8Array[]) => named('value', join2(...parts, typed(4)));

    test('a constant of 3 GB that is made at every step is refused, small ones are taken', () => {
      const made = (elements: number) => graph(node('ConstantOfShape', ['s']), field(5, tensor('s', elements)));
      expect(refusal(made(805_306_368))).toMatch(/ConstantOfShape are too large/);
      expect(refusal(made(-1))).toBeNull();
      expect(refusal(made(4096))).toBeNull();
      // The shape as a Constant node, in the fields of its type, and of a graph's input.
      expect(refusal(graph(node('ConstantOfShape', ['s']), constant('s', value(field(5, tensor('', 30, 30))))))).toBeNull();
      expect(refusal(graph(node('ConstantOfShape', ['s']), constant('s', value(field(5, tensor('', 30_000, 30_000))))))).toMatch(/too large/);
      const packed = join2(field(8, 's'), Uint8Array.of(16, 7), field(7, Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x04)));
      expect(refusal(graph(node('ConstantOfShape', ['s']), field(5, packed)))).toMatch(/too large/);
      expect(refusal(graph(node('ConstantOfShape', ['input'])))).toMatch(/is not known before it runs/);
      expect(refusal(graph(node('ConstantOfShape', [])))).toMatch(/is not known before it runs/);
    });

    test('only initializers and what a Constant gives are constants: no other tensor stands for a value of the same name', () => {
      for (const name of ['s', ' ']) {
        const small = value(field(5, tensor(name, 1)));
        expect(refusal(graph(node('ConstantOfShape', [name]), node('Add', ['x', 'y'], field(2, name), small)))).toMatch(/is not known before it runs/);
        expect(refusal(graph(node('ConstantOfShape', [name]), node('Constant', [], small)))).toMatch(/is not known before it runs/);
      }
    });

    const integers = (number: number, ...list: number[]) => field(number, Uint8Array.from(list.flatMap((one) => [one % 128 + 128, (one >> 7) % 128 + 128, one >> 14])));
    const shape = (type: number, ...parts: Uint8Array[]) => field(5, join2(field(8, 's'), Uint8Array.of(16, type), ...parts));
    const [small, large] = [field(5, tensor('', 1)), field(5, tensor('', 30_000, 30_000))];
    const longOne = [0x81, ...Array<number>(8).fill(0x80), 0];

    test.each<[string, Uint8Array, RegExp]>([
      ['a tensor twice, whose parts are merged', constant('s', value(large, small)), /may stand once is in it twice/],
      ['a tensor and a list in an attribute', constant('s', value(small, integers(8, 30_000, 30_000))), /two values of one attribute/],
      ['a tensor and a float in an attribute', constant('s', value(small, Uint8Array.of(21, 0, 0, 0, 79))), /two values of one attribute/],
      ['an attribute twice', constant('s', value(large), value(small)), /two values of one attribute/],
      ['a Constant of two values', constant('s', value(large), named('value_ints', join2(integers(8, 1), typed(7)))), /not known/],
      ['an attribute of another type than its value', constant('s', named('value', join2(small, typed(1)))), /not known/],
      ['whole numbers of another type beside those of its own', shape(7, integers(5, 1), integers(7, 1e6)), /more than one place/],
      ['whole numbers of another type', shape(7, integers(5, 1)), /not known/],
      ['whole numbers beside raw data', shape(7, integers(7, 1), field(9, int64(1e9))), /more than one place/],
      ['floats beside raw data', shape(1, Uint8Array.of(37, 0, 0, 0, 79), field(9, new Uint8Array(4))), /more than one place/],
      ['raw data twice', shape(7, field(9, int64(1)), field(9, int64(1e9))), /may stand once is in it twice/],
      ['raw data beside those of a file', shape(7, field(9, int64(1)), field(13, join2(field(1, 'location'), field(2, 'all.bin')))), /more than one place/],
      ['raw data that are said to lie in a file', shape(7, field(9, int64(1)), Uint8Array.of(112, 1)), /more than one place/],
      ['ones, and a number behind as many as are read', shape(7, field(7, Uint8Array.from([...Array<number[]>(64).fill(longOne).flat(), 0xff, 0xff, 0xff, 0x7f]))), /not known/],
      ['an initializer and a result of one name', join2(field(5, tensor('s', 1)), constant('s', value(large))), /two values one name/],
      ['an initializer that an input replaces', join2(field(5, tensor('s', 1)), field(11, field(1, 's'))), /not known/],
    ])('what readers understand in more than one way is refused: %s', (_, part, why) => {
      expect(refusal(graph(node('ConstantOfShape', ['s']), part), 'all.bin')).toMatch(why);
    });

    test('the step of a range has a sign, and no more bits than its type', () => {
      const range = (step: Uint8Array) => graph(node('Range', ['a', 'b', 's']), field(5, tensor('a', 1e9)), field(5, tensor('b', 0)), step);
      expect(refusal(range(shape(7, field(7, Uint8Array.from([...Array<number>(9).fill(0xff), 1])))))).toMatch(/Range are too large/);
      expect(refusal(range(shape(6, field(5, Uint8Array.of(0x81, 0x80, 0x80, 0x80, 0x80, 0x10)))))).toMatch(/not known/);
    });

    test.each([
      ['Expand', ['x', 's'], tensor('s', 1, 64), tensor('s', 2 ** 20, 64)],
      ['Tile', ['x', 's'], tensor('s', 1, 2), tensor('s', 1, 2 ** 20)],
      ['OneHot', ['x', 's', 'v'], tensor('s', 16384), tensor('s', 2 ** 30)],
      ['Range', ['s', 's', 's'], tensor('s', 1), tensor('s', 0)],
      ['Pad', ['x', 's'], tensor('s', 0, 1, 0, 1), tensor('s', 0, 2 ** 20, 0, 1)],
      ['Resize', ['x', '', 's'], float('s', 1, 1, 2, 2), float('s', 1, 1, 1e4, 1e4)],
    ])('%s is taken with a small constant, and refused with a large one or none', (type, inputs, small, large) => {
      expect(refusal(graph(node(type, inputs), field(5, small)))).toBeNull();
      expect(refusal(graph(node(type, inputs), field(5, large)))).toMatch(/too large|not known/);
      expect(refusal(graph(node(type, inputs)))).toMatch(/is not known before it runs/);
    });

    test.each(['Loop', 'Scan', 'If', 'RandomNormal', 'SequenceMap', 'EyeLike', 'ConvTranspose', 'constructor'])('%s is refused', (type) => {
      expect(refusal(graph(node(type, ['x'])))).toMatch(new RegExp(`its operator ${type} can make results of any size`));
    });

    test('operators of Microsoft are known by name, under either name of the plain domain', () => {
      expect(refusal(graph(node('BeamSearch', ['x'], field(7, 'com.microsoft'))))).toMatch(/BeamSearch/);
      expect(refusal(graph(node('QuickGelu', ['x'], field(7, 'com.microsoft'))))).toBeNull();
      expect(refusal(graph(node('Add', ['x', 'y'], field(7, 'ai.onnx'))))).toBeNull();
    });

    test('a resize is bounded by its scales, or by its sizes where it has those', () => {
      const resize = (...sizes: number[]) => graph(node('Resize', ['x', '', '', 's']), field(5, tensor('s', ...sizes)));
      expect(refusal(resize(1, 3, 192, 192))).toBeNull();
      expect(refusal(resize(1, 3, 30_000, 30_000))).toMatch(/Resize are too large/);
    });

    test('attention makes caches as long as the run says, or a small constant; not as long as the graph computes', () => {
      const attention = (...rest: Uint8Array[]) => graph(node('GroupQueryAttention', ['q', 'k', 'v', 'pk', 'pv', 'len', 's'], field(7, 'com.microsoft')), ...rest);
      expect(refusal(attention())).toBeNull();
      expect(refusal(attention(field(5, tensor('s', 577))))).toBeNull();
      expect(refusal(attention(field(5, tensor('s', 2 ** 20))))).toMatch(/GroupQueryAttention are is not known/);
      expect(refusal(attention(node('Add', ['a', 'b'], field(2, 's'))))).toMatch(/GroupQueryAttention are is not known/);
      expect(refusal(attention(field(5, tensor('s', 577)), field(11, field(1, 's'))))).toMatch(/GroupQueryAttention are is not known/);
    });

    test('zeros around a convolution are few', () => {
      const conv = (...pads: number[]) => graph(node('Conv', ['x', 'w'], named('pads', field(8, Uint8Array.from(pads.flatMap((pad) => [pad % 128 + 128, (pad >> 7) % 128 + 128, pad >> 14]))))));
      expect(refusal(conv(1, 1, 1, 1))).toBeNull();
      expect(refusal(conv(0, 0, 100_000, 0))).toMatch(/Conv are too large/);
      // On three axes they multiply.
      expect(refusal(conv(100, 100, 100, 100, 100, 100))).toMatch(/Conv are too large/);
      expect(refusal(graph(node('Pad', ['x', 's']), field(5, tensor('s', 0, 0, 0, 1000, 1000, 20))))).toMatch(/Pad are too large/);
    });
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
