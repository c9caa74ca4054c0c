// Files .env of all kinds: right, wrong at one place or at several, with odd spellings.
import { resolve } from 'node:path';
import { readSchema, type DocumentedRow } from '../scripts/settings_schema.ts';
import type { Random } from './random.ts';

const ROWS = readSchema().rows;
const DATASETS = ['daily', 'monthly', 'protected', 'local', 'web', 'none'].map((name) =>
  resolve(import.meta.dirname, `datasets/${name}/dataset.toml`),
);

/** Values that settings agree about, so that each rule is tried at both sides of its bound. */
const TELLING: Record<string, readonly string[]> = {
  DATASET: DATASETS,
  STAGE: ['dev', 'dev', 'staging', 'prod', 'test', 'Dev'],
  SQS_BATCH_SIZE: ['1', '10', '11', '100', '10000', '10001', '010'],
  SQS_BATCH_WINDOW_SECONDS: ['0', '1', '300', '301'],
  FUNCTION_TIMEOUT_SECONDS: ['30', '300', '900'],
  VISIBILITY_TIMEOUT_SECONDS: ['180', '1799', '1800', '1801', '5400', '43200'],
  DATA_BUCKET_NAME: ['daily-archive', 'monthly-archive', 'other-archive'],
  VPC_SUBNET_IDS: ['subnet-01234567', 'subnet-01234567,subnet-89abcdef'],
  VPC_AVAILABILITY_ZONES: ['us-east-1a', 'us-east-1a,us-east-1b'],
  ICECHUNK_PREFIX: ['daily', 'a/b/', '/a', 'a//b', '../a', ''],
};
const ODD = [
  '',
  '0',
  '-1',
  '-0',
  '+5',
  '1.5',
  'true',
  'No',
  'maybe',
  'x',
  'two words',
  'é',
  'x'.repeat(300),
  '99999999999999999',
  'a#b',
  '{x}',
  '$X',
];
const OTHER_LINES = [
  '# a comment',
  '',
  'no assignment',
  '=1',
  'export',
  '1A=2',
  'A B=3',
  'X="open',
  'MAX_CONCURENCY=3',
  'UNKNOWN_THING=4',
  'stage=dev',
  'AWS_PROFILE=someone',
  'VDP_LOG=1',
  'Q=1',
];

/** Every second file has only values that are allowed one by one; settings may still contradict each other. */
export function generateEnvFile(random: Random): string {
  const lines = random.once(2) ? carefulLines(random) : carelessLines(random);
  return lines.join(random.once(8) ? '\r\n' : '\n') + (random.once(3) ? '' : '\n');
}

function carefulLines(random: Random): string[] {
  const lines = ['# a comment', `DATASET=${random.pick([DATASETS[0]!, DATASETS[1]!, DATASETS[4]!])}`, 'STAGE=prod'];
  for (let count = random.below(6); count > 0; --count) {
    const row = random.pick(ROWS.filter(({ name }) => name !== 'DATASET'));
    lines.push(spelled(row.name, random.pick(allowedValues(row)), random));
  }
  return lines;
}

function allowedValues(row: DocumentedRow): readonly string[] {
  if (row.kind === 'boolean') return ['true', 'false', 'True', 'yes', '0', 'on'];
  if (row.choices.length > 0) return row.choices;
  if (row.kind === 'integer') return [row.minimum!, row.maximum!].map(String);
  return [...(row.default === undefined ? [] : [row.default]), ...row.examples];
}

function carelessLines(random: Random): string[] {
  const lines: string[] = [];
  if (!random.once(10)) lines.push(`STAGE=${random.pick(TELLING['STAGE']!)}`);
  if (!random.once(10)) lines.push(`DATASET=${random.pick(TELLING['DATASET']!)}`);
  if (random.once(2)) lines.push('COLLECTION=v2');
  for (let count = random.below(8); count > 0; --count) lines.push(settingLine(random));
  for (let count = random.below(3); count > 0; --count)
    lines.splice(random.below(lines.length + 1), 0, random.pick(OTHER_LINES));
  return lines;
}

function settingLine(random: Random): string {
  const row = random.pick(ROWS);
  const value = random.once(4) ? random.pick(ODD) : random.pick(likelyValues(row));
  return spelled(row.name, value, random);
}

function likelyValues(row: DocumentedRow): readonly string[] {
  const telling = TELLING[row.name];
  if (telling) return telling;
  if (row.kind !== 'integer' || row.choices.length > 0) return allowedValues(row);
  return [row.minimum!, row.minimum! - 1, row.maximum!, row.maximum! + 1].map(String);
}

function spelled(name: string, value: string, random: Random): string {
  switch (random.below(8)) {
    case 0:
      return `${name}="${value}"`;
    case 1:
      return `${name}='${value}' # a comment`;
    case 2:
      return `export ${name}=${value}`;
    case 3:
      return `  ${name} = ${value}  `;
    case 4:
      return `${name}=${value} # a comment`;
    default:
      return `${name}=${value}`;
  }
}
