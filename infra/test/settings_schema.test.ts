import { describe, expect, it } from 'vitest';
import { normalise } from '../lib/settings/check_value.ts';
import { namesOf } from '../lib/settings/rules.ts';
import { readSchema } from '../scripts/settings_schema.ts';

const schema = readSchema();

/** The names that people have in their .env files, with the defaults that they count on. */
const ORIGINAL: Record<string, string | undefined> = {
  PROJECT_NAME: 'virtualizarr-data-pipelines',
  STACK_NAME: 'virtualizarr-data-pipelines',
  STAGE: undefined,
  ACCOUNT_ID: undefined,
  ACCOUNT_REGION: 'us-east-1',
  // The original's default is one name that only one account in the world can have.
  ICECHUNK_BUCKET_NAME: undefined,
  ICECHUNK_BUCKET: undefined,
  ICECHUNK_PREFIX: undefined,
  DATA_BUCKET_NAME: undefined,
  PROJECT: undefined, // follows PROJECT_NAME
  SNS_TOPIC: undefined,
  MAX_CONCURRENCY: '50',
  SQS_BATCH_SIZE: '10',
  EARTHDATA_SECRET_ARN: undefined,
  GARBAGE_COLLECTION_FREQUENCY: undefined,
  VPC_ID: undefined,
  AMI_ID: 'resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2/recommended/image_id',
  BATCH_MAX_VCPU: '10',
  BACKFILL_ENABLED: 'false',
  BACKFILL_PARTITION_SIZE: '500',
  BACKFILL_MAX_ITEMS_PER_BATCH: '10',
  BACKFILL_MAX_CONCURRENCY: '50',
  FORWARD_QUEUE_ENABLED: undefined,
};

describe('settings.schema.json', () => {
  it("has the original's settings with their defaults, and says which they are", () => {
    const originals = schema.rows.filter((row) => row.origin === 'original');
    expect(Object.fromEntries(originals.map((row) => [row.name, row.default]))).toEqual(ORIGINAL);
  });

  it.each(schema.rows.map((row) => [row.name, row] as const))(
    '%s says what it is for, what is allowed, and who uses it',
    (_, row) => {
      expect(row.description).toMatch(/^[A-Z].*\.$/);
      expect(row.expected).not.toBe('');
      expect(row.usedBy.every((user) => ['stack', 'engine'].includes(user))).toBe(true);
      expect(row.usedBy.length > 0).toBe(!/[Nn]ot used/.test(row.description));
    },
  );

  it.each(schema.rows.map((row) => [row.name, row] as const))(
    '%s allows its own default, sample and examples',
    (_, row) => {
      for (const value of [row.default, row.sample, ...row.examples].filter((text) => text !== undefined)) {
        expect(normalise(row, value), value).toBe(value);
      }
    },
  );

  it('has rules that speak of settings and facts that there are', () => {
    const known = new Set([...schema.rows.map((row) => row.name), ...schema.facts]);
    for (const rule of schema.rules) {
      const inText = [...rule.text.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name!);
      for (const name of [rule.setting, ...namesOf(rule), ...inText]) expect(known, rule.text).toContain(name);
    }
  });
});
