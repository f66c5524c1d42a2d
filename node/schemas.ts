/** Writes the JSON Schemas of manifest and run file to engine/schema/, for the Python side: `npm run schemas`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runJsonSchema } from '../engine/log.ts';
import { manifestJsonSchema } from '../engine/manifest.ts';
import { isMain } from './main.ts';

export const schemaFolder = join(import.meta.dirname, '..', 'engine', 'schema');

/** File name -> content. */
export function schemas(): Record<string, string> {
  const text = (schema: unknown) => JSON.stringify(schema, null, 1) + '\n';
  return { 'manifest.schema.json': text(manifestJsonSchema()), 'run.schema.json': text(runJsonSchema()) };
}

if (isMain(import.meta.url)) {
  mkdirSync(schemaFolder, { recursive: true });
  for (const [name, content] of Object.entries(schemas())) writeFileSync(join(schemaFolder, name), content);
}
