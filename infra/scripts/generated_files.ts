// Everything that is made of settings.schema.json.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { cppTable } from './emit_cpp.ts';
import { envSample, withSettingsTable } from './emit_documents.ts';
import { typescriptTable } from './emit_typescript.ts';
import { readSchema, ROOT } from './settings_schema.ts';

/** Paths from the root of the repository, and what the files should hold. */
export function generatedFiles(): Map<string, string> {
  const schema = readSchema();
  const guide = 'docs/deploy.md';
  return new Map([
    ['infra/lib/settings/settings_table.generated.ts', typescriptTable(schema)],
    ['src/apps/settings/settings_table.cc', cppTable(schema)],
    ['.env.sample', envSample(schema)],
    [guide, withSettingsTable(readFileSync(resolve(ROOT, guide), 'utf8'), schema)],
  ]);
}
