import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from '../scripts/generated_files.ts';
import { ROOT } from './stack_fixture.ts';

describe('what is made of settings.schema.json', () => {
  it.each([...generatedFiles()])('%s is as it would be made now (npm run generate)', (path, text) => {
    expect(readFileSync(resolve(ROOT, path), 'utf8')).toBe(text);
  });
});
