import type { DocumentedRow, SettingsSchema } from './settings_schema.ts';

/** lib/settings/settings_table.generated.ts */
export function typescriptTable(schema: SettingsSchema): string {
  const rows = schema.rows.map(
    ({ origin: _origin, usedBy: _usedBy, examples: _examples, sample: _sample, ...row }) => row,
  );
  return `// Made of settings.schema.json by \`npm run generate\`; a test compares the two.
import type { Rule, SettingRow } from './setting_row.ts';

/** All settings, with defaults filled in. */
export interface Settings {
${schema.rows.map(member).join('\n')}
}

export const SETTINGS_TABLE: readonly SettingRow[] = ${JSON.stringify(rows, null, 2)};

export const RULES: readonly Rule[] = ${JSON.stringify(schema.rules, null, 2)};

/** Names in .env that begin so are other programs'. */
export const FOREIGN_PREFIXES: readonly string[] = ${JSON.stringify(schema.foreignPrefixes)};
`;
}

function member(row: DocumentedRow): string {
  return `  /** ${row.description} */\n  readonly ${row.name}${isAlwaysSet(row) ? '' : '?'}: ${typeOf(row)};`;
}

function isAlwaysSet(row: DocumentedRow): boolean {
  if (row.required || row.default !== undefined) return true;
  const derived = row.derived;
  if (!derived) return false;
  return row.name === 'ICECHUNK_PREFIX' || 'setting' in derived || 'inverseOf' in derived || 'sum' in derived;
}

function typeOf(row: DocumentedRow): string {
  if (row.kind === 'boolean') return 'boolean';
  if (row.kind === 'integer') return row.choices.length > 0 ? row.choices.join(' | ') : 'number';
  return row.choices.length > 0 ? row.choices.map((choice) => `'${choice}'`).join(' | ') : 'string';
}
