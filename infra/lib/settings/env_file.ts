// The file .env. The engine reads it by the same rules: src/apps/settings/env_file.h.
import type { Finding } from './findings.ts';

export interface EnvFile {
  readonly values: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
}

const EXPORT = /^export[ \t]+/;
const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*)$/s;
const QUOTED = /^(?:"([^"]*)"|'([^']*)')[ \t]*(?:#.*)?$/s;
const COMMENT_BEHIND = /(?:^|[ \t])#.*$/s;
const BLANKS = /^[ \t\r]+|[ \t\r]+$/g;

/**
 * Lines NAME=VALUE, 'export ' before them left out. A '#' begins a comment at the front of a line and behind a blank;
 * within quotes it does not. Nothing is escaped or replaced. The last of several lines with one name counts.
 */
export function parseEnvFile(text: string): EnvFile {
  const values = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const content = line.replace(BLANKS, '');
    if (content === '' || content.startsWith('#')) continue;
    const value = readAssignment(content, values);
    // The line may hold a secret, so that the message does not show it.
    if (!value) findings.push({ setting: '.env', message: `line ${index + 1}: expected NAME=VALUE` });
  }
  return { values, findings };
}

function readAssignment(content: string, values: Map<string, string>): boolean {
  const [, name, text] = ASSIGNMENT.exec(content.replace(EXPORT, '')) ?? [];
  if (name === undefined || text === undefined) return false;
  if (text.startsWith('"') || text.startsWith("'")) {
    const quoted = QUOTED.exec(text);
    if (!quoted) return false;
    values.set(name, quoted[1] ?? quoted[2] ?? '');
  } else {
    values.set(name, text.replace(COMMENT_BEHIND, '').replace(BLANKS, ''));
  }
  return true;
}
