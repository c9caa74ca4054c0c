// settings.schema.json as rows of the table.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Condition, DerivedDefault, Rule, SettingKind, SettingRow } from '../lib/settings/setting_row.ts';

export const ROOT = resolve(import.meta.dirname, '../..');

/** A row, and what only documents need. */
export interface DocumentedRow extends SettingRow {
  readonly origin: 'original' | 'new';
  readonly usedBy: readonly string[];
  readonly examples: readonly string[];
  /** The value in .env.sample; the others are comments there. */
  readonly sample?: string;
}

export interface SettingsSchema {
  readonly rows: readonly DocumentedRow[];
  readonly rules: readonly Rule[];
  readonly facts: readonly string[];
  readonly foreignPrefixes: readonly string[];
}

/** A property of the schema, as JSON has it. */
interface Property {
  type: 'string' | 'integer' | 'boolean';
  description: string;
  default?: string | number | boolean;
  enum?: (string | number)[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  examples?: (string | number)[];
  'x-expected'?: string;
  'x-secret'?: boolean;
  'x-list'?: boolean;
  'x-sample'?: string;
  'x-default-from'?: Record<string, unknown>;
  'x-used-by': string[];
  'x-origin': 'original' | 'new';
}

type RawCondition = Record<string, unknown> & { of: string; is: string };
interface RawRule {
  refuses?: string;
  notes?: string;
  where: RawCondition[];
  expected?: string;
  text?: string;
}

const KINDS: Record<Property['type'], SettingKind> = { string: 'text', integer: 'integer', boolean: 'boolean' };

export function readSchema(): SettingsSchema {
  const schema = JSON.parse(readFileSync(resolve(ROOT, 'settings.schema.json'), 'utf8'));
  const required = new Set<string>(schema.required);
  return {
    rows: Object.entries<Property>(schema.properties).map(([name, property]) =>
      row(name, property, required.has(name)),
    ),
    rules: (schema['x-rules'] as RawRule[]).map(rule),
    facts: Object.keys(schema['x-dataset-facts']),
    foreignPrefixes: schema['x-foreign-prefixes'],
  };
}

function row(name: string, property: Property, required: boolean): DocumentedRow {
  const result: DocumentedRow = {
    name,
    kind: KINDS[property.type],
    required,
    secret: property['x-secret'] ?? false,
    default: property.default === undefined ? undefined : String(property.default),
    derived: derived(property['x-default-from']),
    minimum: property.minimum,
    maximum: property.maximum,
    maximumLength: property.maxLength,
    pattern: property.pattern,
    choices: (property.enum ?? []).map(String),
    expected: expected(name, property),
    description: property.description,
    origin: property['x-origin'],
    usedBy: property['x-used-by'],
    examples: (property.examples ?? []).map(String),
    sample: property['x-sample'],
  };
  // What is undefined is left out of the table.
  return Object.fromEntries(
    Object.entries(result).filter(([, value]) => value !== undefined),
  ) as unknown as DocumentedRow;
}

function expected(name: string, property: Property): string {
  if (property.enum) return `one of ${property.enum.join(', ')}`;
  if (property.type === 'boolean') return 'true or false';
  if (property.type === 'integer') return `a whole number from ${property.minimum} to ${property.maximum}`;
  if (!property['x-expected']) throw new Error(`${name}: x-expected is missing`);
  return property['x-expected'];
}

function derived(from: Record<string, unknown> | undefined): DerivedDefault | undefined {
  if (!from) return undefined;
  const { inverse_of: inverseOf, at_least: atLeast, ...rest } = from;
  if (inverseOf !== undefined) return { inverseOf: inverseOf as string };
  return { ...rest, ...(atLeast === undefined ? {} : { atLeast }) } as DerivedDefault;
}

function rule(raw: RawRule): Rule {
  const setting = raw.refuses ?? raw.notes;
  const text = raw.expected ?? raw.text;
  if (setting === undefined || text === undefined) throw new Error(`no rule: ${JSON.stringify(raw)}`);
  return { setting, refuses: raw.refuses !== undefined, where: raw.where.map(condition), text };
}

function condition(raw: RawCondition): Condition {
  const { value_of: other, number, ...rest } = raw;
  if (other !== undefined) return { ...rest, other } as unknown as Condition;
  if (number !== undefined) return { ...rest, atLeast: number, sum: [] } as unknown as Condition;
  return rest as unknown as Condition;
}
