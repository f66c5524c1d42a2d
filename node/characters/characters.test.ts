import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { classes } from './classes.ts';
import { pictureName, prepare, type Recipe } from './dataset.ts';
import { dicebearSource } from './dicebear.ts';
import { drawing, render } from './picture.ts';
import { robohashSource } from './robohash.ts';
import { roleOf, roleOfPicture } from './split.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'characters-'));
const recipe: Recipe = { seed: 0, count: 16, size: 64, versions: { robohash: '2.0' } };

/** Three layers of two parts each, in two colours, as robohash keeps them. */
function parts(): string {
  const root = folder();
  for (const colour of ['blue', 'red']) {
    for (const layer of ['000#Mouth', '001#Eyes', '002#Body']) {
      const path = join(root, 'set1', colour, layer);
      mkdirSync(path, { recursive: true });
      for (let i = 0; i < 6; i++) {
        const png = new PNG({ width: 4, height: 4 });
        png.data.fill(40 * i);
        writeFileSync(join(path, `${i}.png`), PNG.sync.write(png));
      }
    }
  }
  return root;
}

describe('held-out pictures share no combination of parts with training pictures', () => {
  for (const [classIndex, character] of classes.entries()) {
    it(character.id, () => {
      const source = character.parts.package === 'robohash' ? robohashSource(parts(), 'set1') : dicebearSource(character.parts.style);
      const count = 160;
      const seen = { train: new Set<string>(), 'held-out': new Set<string>() };
      for (let index = 0; index < count; index++) seen[roleOfPicture(index, count)].add(drawing(source, character, { seed: 3, classIndex, index, count }).combination);
      expect([...seen['held-out']].filter((combination) => seen.train.has(combination))).toEqual([]);
      expect(seen['held-out'].size).toBeGreaterThan(1);
    });
  }

  it('about an eighth of the combinations is held out, and whoever asks', () => {
    const roles = Array.from({ length: 4000 }, (_, i) => roleOf('Cat', `body=${i}`));
    expect(roles.filter((role) => role === 'held-out').length / 4000).toBeCloseTo(1 / 8, 1);
    expect(roleOf('Cat', 'body=1')).toBe(roleOf('Cat', 'body=1'));
  });
});

it('the same seed gives the same bytes, another seed other ones', () => {
  const request = { seed: 5, classIndex: 0, index: 2, count: 16, size: 64 };
  const png = (seed: number) => Buffer.from(render(dicebearSource('adventurer'), classes[0]!, { ...request, seed }).png);
  expect(png(5).equals(png(5))).toBe(true);
  expect(png(5).equals(png(6))).toBe(false);
});

it('a picture is as large as asked, opaque, on one of the grounds', () => {
  const { data, width, height } = PNG.sync.read(Buffer.from(render(dicebearSource('lorelei'), classes[4]!, { seed: 0, classIndex: 4, index: 0, count: 16, size: 64 }).png));
  expect([width, height]).toEqual([64, 64]);
  expect(data.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
});

it('parts of robohash are pasted in the order of their layers, in one colour', () => {
  const source = robohashSource(parts(), 'set1');
  const drawn = drawing(source, classes[9]!, { seed: 1, classIndex: 9, index: 0, count: 16 });
  expect(drawn.combination.match(/=/g)).toHaveLength(3);
  expect(drawn.svg().match(/<image/g)).toHaveLength(3);
});

describe('the folder', () => {
  it('says what is held out, with names that exist', () => {
    const out = folder();
    prepare(out, recipe);
    const { held_out } = JSON.parse(readFileSync(join(out, 'split.json'), 'utf8')) as { held_out: string[] };
    expect(held_out).toHaveLength(2 * classes.length);
    expect(held_out).toContain(`Robot/${pictureName(15, 16)}`);
    expect(readFileSync(join(out, 'credits.json'), 'utf8')).toContain('David Revoy');
  });

  it('goes on with its own recipe and refuses another', () => {
    const out = folder();
    prepare(out, recipe);
    prepare(out, recipe);
    for (const other of [{ seed: 1 }, { count: 17 }, { size: 128 }, { versions: { robohash: '2.1' } }]) {
      expect(() => prepare(out, { ...recipe, ...other })).toThrow(/another seed, number, size or package version/);
    }
  });

  it('that is a file is named', () => {
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    expect(() => prepare(file, recipe)).toThrow(/cannot be made|--out/);
  });
});

it('a package without the style or the set is named', () => {
  expect(() => dicebearSource('nobody')).toThrow('another version is installed');
  expect(() => robohashSource(folder(), 'set9')).toThrow('lacks its set9');
});
