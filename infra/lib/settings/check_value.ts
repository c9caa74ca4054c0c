// One value against its row of the table. The engine's counterpart is src/apps/settings/check_value.cc.
import type { SettingRow } from './setting_row.ts';

const MAXIMUM_SHOWN_BYTES = 200;
const TRUE = ['true', '1', 'yes', 'on', 'y', 't'];
const FALSE = ['false', '0', 'no', 'off', 'n', 'f'];

/** The value as it is meant (`true` for `Yes`, `7` for `07`), or nothing where it is not allowed. */
export function normalise(row: SettingRow, text: string): string | undefined {
  switch (row.kind) {
    case 'boolean':
      return normaliseBoolean(text);
    case 'integer':
      return normaliseInteger(row, text);
    case 'text':
      return isAllowedText(row, text) ? text : undefined;
  }
}

function normaliseBoolean(text: string): string | undefined {
  const word = text.toLowerCase();
  if (TRUE.includes(word)) return 'true';
  return FALSE.includes(word) ? 'false' : undefined;
}

function normaliseInteger(row: SettingRow, text: string): string | undefined {
  if (!/^-?[0-9]{1,15}$/.test(text)) return undefined;
  const value = Number(text);
  const canonical = String(value === 0 ? 0 : value);
  if (row.choices.length > 0) return row.choices.includes(canonical) ? canonical : undefined;
  if (row.minimum !== undefined && value < row.minimum) return undefined;
  if (row.maximum !== undefined && value > row.maximum) return undefined;
  return canonical;
}

function isAllowedText(row: SettingRow, text: string): boolean {
  if (row.choices.length > 0) return row.choices.includes(text);
  if (row.maximumLength !== undefined && Buffer.byteLength(text) > row.maximumLength) return false;
  return row.pattern === undefined || new RegExp(row.pattern).test(text);
}

/** "found 'x'", without the value where it is a secret or too long to be read. */
export function found(row: SettingRow, value: string | undefined): string {
  if (value === undefined) return 'not set';
  if (row.secret) return 'found a value that is not shown';
  const bytes = Buffer.byteLength(value);
  return bytes > MAXIMUM_SHOWN_BYTES ? `found a value of ${bytes} bytes` : `found '${value}'`;
}
