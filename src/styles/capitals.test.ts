import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

test('only words of the studio are set in capitals: a message may begin with the name of a file', () => {
  const rules = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.css'))
    .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/([^{}]+)\{[^{}]*text-transform:\s*(?:uppercase|capitalize)/g)].map(([, selector]) => selector!.trim().split('\n').at(-1)));
  expect(rules.sort()).toEqual(['.heading', '.setting-help::first-letter']);
});
