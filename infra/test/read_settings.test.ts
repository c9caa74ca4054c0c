import { describe, expect, it } from 'vitest';
import { describe as textOf, SettingsError } from '../lib/settings/findings.ts';
import { examine, loadConfiguration } from '../lib/settings/load_settings.ts';
import { DAILY, MONTHLY, PROTECTED, ROOT, type Environment } from './stack_fixture.ts';

const load = (environment: Environment, envFile = '') => loadConfiguration({ root: ROOT, environment, envFile });
const findings = (environment: Environment, envFile = '') =>
  examine({ root: ROOT, environment, envFile }).report.findings.map(textOf);

describe('settings', () => {
  it('have defaults', () => {
    const { settings } = load(DAILY);
    expect(settings).toMatchObject({
      STACK_NAME: 'virtualizarr-data-pipelines',
      PROJECT: 'virtualizarr-data-pipelines',
      ICECHUNK_PREFIX: 'daily',
      DATA_BUCKET_NAME: 'daily-archive',
      MAX_CONCURRENCY: 50,
      VISIBILITY_TIMEOUT_SECONDS: 1800,
      FORWARD_QUEUE_ENABLED: true,
      LOG_RETENTION_DAYS: 90,
    });
    expect(settings.ICECHUNK_BUCKET_NAME).toBeUndefined();
    expect(settings.ACCOUNT_ID).toBeUndefined();
  });

  it("take the account of the CDK's own credentials", () => {
    expect(load({ ...DAILY, CDK_DEFAULT_ACCOUNT: '123456789012' }).settings.ACCOUNT_ID).toBe('123456789012');
  });

  it('come from the environment first, then from .env; empty values are none', () => {
    const { settings } = load(
      { ...DAILY, SQS_BATCH_SIZE: '7', MAX_CONCURRENCY: '' },
      'SQS_BATCH_SIZE=5\nMAX_CONCURRENCY=9\n',
    );
    expect(settings).toMatchObject({ SQS_BATCH_SIZE: 7, MAX_CONCURRENCY: 9 });
  });

  it('come from the file that VDP_ENV_FILE names, which must be there', () => {
    const environment = { ...DAILY, VDP_ENV_FILE: '.env.sample' };
    expect(loadConfiguration({ root: ROOT, environment }).settings.GARBAGE_COLLECTION_FREQUENCY).toBe(2);
    expect(() => loadConfiguration({ root: ROOT, environment: { ...DAILY, VDP_ENV_FILE: 'none' } })).toThrow(
      "VDP_ENV_FILE: found 'none', expected the path of a file",
    );
  });

  it('are told all that is wrong with them at once', () => {
    expect(findings({}, 'STAGE=test\nSQS_BATCH_SIZE=0\nMAX_CONCURENCY=3\nno line\n')).toEqual([
      '.env: line 4: expected NAME=VALUE',
      "STAGE: found 'test', expected one of dev, staging, prod",
      'DATASET: not set, expected the path of a dataset file',
      "SQS_BATCH_SIZE: found '0', expected a whole number from 1 to 10000",
      'MAX_CONCURENCY: unknown setting; did you mean MAX_CONCURRENCY?',
    ]);
    expect(() => load({}, 'STAGE=test\n')).toThrow(SettingsError);
  });

  it('do not show what may be a secret', () => {
    const texts = findings(DAILY, 'EARTHDATA_SECRET_ARN=user:s3cret\nANOTHER_THING=s3cret\ns3cret\n');
    expect(texts).toHaveLength(3);
    expect(texts.join()).not.toContain('s3cret');
  });

  it('must agree with one another', () => {
    expect(findings({ ...DAILY, SQS_BATCH_SIZE: '11' })).toEqual([
      "SQS_BATCH_WINDOW_SECONDS: found '0', expected at least 1, as SQS_BATCH_SIZE is 11, and batches of more than 10 need a window",
    ]);
    expect(findings({ ...DAILY, VISIBILITY_TIMEOUT_SECONDS: '1799' })).toEqual([
      "VISIBILITY_TIMEOUT_SECONDS: found '1799', expected at least six times FUNCTION_TIMEOUT_SECONDS (300) and SQS_BATCH_WINDOW_SECONDS (0)",
    ]);
    expect(findings({ ...DAILY, VPC_ID: 'vpc-0123456789abcdef0' })).toHaveLength(2);
    expect(
      findings({
        ...DAILY,
        VPC_ID: 'vpc-01234567',
        VPC_SUBNET_IDS: 'subnet-01234567',
        VPC_AVAILABILITY_ZONES: 'us-east-1a,us-east-1b',
      }),
    ).toEqual([
      "VPC_AVAILABILITY_ZONES: found 'us-east-1a,us-east-1b', expected as many as VPC_SUBNET_IDS: subnet-01234567",
    ]);
  });

  it('let messages wait where there is a backfill, unless they say otherwise', () => {
    const backfill = { ...DAILY, BACKFILL_ENABLED: 'True' };
    expect(load(backfill).settings).toMatchObject({ BACKFILL_ENABLED: true, FORWARD_QUEUE_ENABLED: false });
    expect(load({ ...backfill, FORWARD_QUEUE_ENABLED: 'yes' }).settings.FORWARD_QUEUE_ENABLED).toBe(true);
    expect(load({ ...backfill, BACKFILL_PARTITION_SIZE: '5' }).notes).toEqual([]);
  });

  it('must agree with the dataset file', () => {
    expect(findings({ ...DAILY, DATA_BUCKET_NAME: 'daily-archive' })).toEqual([]);
    expect(findings({ ...DAILY, DATA_BUCKET_NAME: 'other' })).toEqual([
      "DATA_BUCKET_NAME: found 'other', expected daily-archive, as the dataset's source.prefix is s3://daily-archive/level3/",
    ]);
    const { EARTHDATA_SECRET_ARN: _, ...withoutSecret } = PROTECTED;
    expect(findings(withoutSecret)).toEqual([
      "EARTHDATA_SECRET_ARN: not set, expected the ARN of a secret, as the dataset's source.access is earthdata",
    ]);
    expect(findings({ STAGE: 'dev', DATASET: 'infra/test/datasets/local/dataset.toml' })[0]).toMatch(
      /^DATASET: .* as functions reach no folder/,
    );
    expect(findings({ STAGE: 'dev', DATASET: 'none.toml' })[0]).toMatch(
      /^DATASET: found 'none.toml', expected a dataset file that can be used/,
    );
  });

  it('note what has no effect', () => {
    const notes = load({ ...MONTHLY, AMI_ID: 'ami-1', MAX_CONCURRENCY: '7', BACKFILL_PARTITION_SIZE: '5' }).notes;
    expect(notes.map(({ setting }) => setting)).toEqual(['AMI_ID', 'MAX_CONCURRENCY', 'BACKFILL_PARTITION_SIZE']);
  });

  it("leave other programs' and the dataset's variables in .env alone", () => {
    const { COLLECTION: _, ...rest } = PROTECTED;
    expect(findings(rest, 'AWS_PROFILE=x\nCOLLECTION=v2\n')).toEqual([]);
    expect(findings(rest)[0]).toMatch(/^DATASET: .*\$COLLECTION is set neither/);
  });
});
