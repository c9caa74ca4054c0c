// Writes what is made of settings.schema.json: the tables of both languages, .env.sample, the table of docs/deploy.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { generatedFiles } from './generated_files.ts';
import { ROOT } from './settings_schema.ts';

for (const [path, text] of generatedFiles()) {
  mkdirSync(dirname(resolve(ROOT, path)), { recursive: true });
  writeFileSync(resolve(ROOT, path), text);
  console.log(path);
}
