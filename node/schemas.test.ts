import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { schemaFolder, schemas } from './schemas.ts';

test.each(Object.entries(schemas()))('%s is up to date (npm run schemas)', (name, content) => {
  expect(readFileSync(join(schemaFolder, name), 'utf8')).toBe(content);
});
