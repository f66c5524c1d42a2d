import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const PHYSICAL = /(?<![\w-])(?:(?:margin|padding|border)-(?:left|right)|border-(?:top|bottom)-(?:left|right)-radius)\s*:|text-align:\s*(?:left|right)|float:/;

test('the styles know no left and right, so that the page can be read from the right', () => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.css'));
  expect(files.length).toBeGreaterThan(10);
  const found = files.flatMap((file) => readFileSync(join(root, file), 'utf8').split('\n').map((line, i) => ({ place: `${file}:${i + 1}`, line })))
    .filter(({ line }) => PHYSICAL.test(line) || /(?<![\w-])padding:\s*[^\s;]+ ([^\s;]+) [^\s;]+ (?!\1[;\s])[^\s;]+;/.test(line));
  expect(found.map(({ place }) => place)).toEqual([]);
});
