import { describe, expect, it } from 'vitest';
import { grantTable } from '../scripts/grant_table.ts';
import { DAILY, EVERYTHING, MONTHLY, PROTECTED, templateOf, WEB, type Environment } from './stack_fixture.ts';

const JOBS = { GARBAGE_COLLECTION_FREQUENCY: '2', VERIFY_FREQUENCY: '7', GAPS_FREQUENCY: '1' };
const STORE = 'given-store/daily';

/** ROLE -> action -> resources, of all that is named by the program's roles. */
function grants(environment: Environment): Record<string, Record<string, string[]>> {
  return grantTable(
    templateOf({ ...environment, ...JOBS, ICECHUNK_BUCKET: 'given-store', ICECHUNK_PREFIX: 'daily' }).toJSON(),
  );
}

const withoutLogs = (actions: Record<string, string[]> = {}) =>
  Object.fromEntries(Object.entries(actions).filter(([action]) => !action.startsWith('logs:')));

describe('the grants', () => {
  it('are these, for a source that is read with their own roles', () => {
    const objects = [`arn:aws:s3:::${STORE}/*`];
    const source = ['arn:aws:s3:::daily-archive/level3/*'];
    const readsBoth = {
      's3:GetObject': [...objects, ...source],
      's3:ListBucket': ['arn:aws:s3:::given-store', 'arn:aws:s3:::daily-archive'],
    };
    const writes = { 's3:PutObject': objects, 's3:AbortMultipartUpload': objects };
    const readsStore = { 's3:GetObject': objects, 's3:ListBucket': ['arn:aws:s3:::given-store'] };
    const table = grants(DAILY);
    expect(Object.keys(table).sort()).toEqual(['gaps', 'gc', 'initialize', 'process_messages', 'verify']);
    expect(withoutLogs(table['initialize'])).toEqual({ ...readsBoth, ...writes });
    expect(withoutLogs(table['process_messages'])).toEqual({
      ...readsBoth,
      ...writes,
      'sqs:ReceiveMessage': [expect.stringMatching(/ForwardQueue/)],
      'sqs:DeleteMessage': [expect.stringMatching(/ForwardQueue/)],
      'sqs:GetQueueAttributes': [expect.stringMatching(/ForwardQueue/)],
      'sqs:SendMessage': [expect.stringMatching(/DeadLetters/)],
    });
    expect(table['gc']).toEqual({ ...readsStore, ...writes, 's3:DeleteObject': objects });
    expect(table['verify']).toEqual(readsBoth);
    expect(table['gaps']).toEqual(readsStore);
  });

  it('let functions write into their own logs alone', () => {
    for (const role of ['initialize', 'process_messages']) {
      expect(grants(DAILY)[role]).toMatchObject({
        'logs:CreateLogStream': [expect.stringMatching(/Logs.*\.Arn/)],
        'logs:PutLogEvents': [expect.stringMatching(/Logs.*\.Arn/)],
      });
    }
  });

  it('of the stages of a backfill are these', () => {
    const store = [`arn:aws:s3:::${STORE}/*`];
    const source = ['arn:aws:s3:::daily-archive/level3/*'];
    const artifacts = [expect.stringMatching(/^<BackfillArtifacts.*>\/backfill\/\*$/)];
    const table = grants({ ...DAILY, BACKFILL_ENABLED: 'true' });
    const objects = (stage: string, action: string) => table[`backfill_${stage}`]![action] ?? [];
    const stages = Object.keys(table).filter((role) => role.startsWith('backfill_'));
    expect(stages.map((role) => role.replace('backfill_', '')).sort()).toEqual([
      'fork',
      'initialize',
      'partition',
      'process',
      'promote',
      'reduce',
    ]);
    for (const stage of ['partition', 'initialize', 'process', 'promote'])
      expect(objects(stage, 's3:GetObject')).toEqual([...store, ...source, ...artifacts]);
    for (const stage of ['fork', 'reduce']) expect(objects(stage, 's3:GetObject')).toEqual([...store, ...artifacts]);
    for (const stage of ['initialize', 'promote']) expect(objects(stage, 's3:PutObject')).toEqual(store);
    for (const stage of ['partition', 'fork', 'process']) expect(objects(stage, 's3:PutObject')).toEqual(artifacts);
    expect(objects('reduce', 's3:PutObject')).toEqual([...store, ...artifacts]);
    for (const role of stages) expect(Object.keys(table[role]!)).not.toContain('s3:DeleteObject');
  });

  it.each([
    ['anybody may read', MONTHLY],
    ['is a web server', WEB],
    ['has a login of its own', PROTECTED],
  ])('leave the source out where it %s', (_, environment) => {
    const text = JSON.stringify(templateOf({ ...environment, ...JOBS }).findResources('AWS::IAM::Role'));
    expect(text).not.toMatch(/monthly-archive|protected-archive|archive\.example/);
  });

  it('have the secret where the source is opened with it, and only there', () => {
    const table = grants(PROTECTED);
    const holders = Object.keys(table).filter((role) => 'secretsmanager:GetSecretValue' in table[role]!);
    expect(holders.sort()).toEqual(['initialize', 'process_messages', 'verify']);
    expect(table['verify']!['secretsmanager:GetSecretValue']).toEqual([PROTECTED['EARTHDATA_SECRET_ARN']]);
    expect(
      JSON.stringify(grants({ ...DAILY, EARTHDATA_SECRET_ARN: PROTECTED['EARTHDATA_SECRET_ARN']! })),
    ).not.toContain('secretsmanager');
  });

  it('name no action by a wildcard, and no resource but objects below a prefix', () => {
    for (const actions of Object.values(grants(EVERYTHING))) {
      for (const [action, resources] of Object.entries(actions)) {
        expect(action).not.toContain('*');
        for (const resource of resources) expect(resource).toMatch(/^[^*]*[^*:]\*?$/);
      }
    }
  });

  it('bound listings to the prefix, and still let S3 say that an object is missing', () => {
    const statements = Object.values(
      templateOf({ ...DAILY, ICECHUNK_BUCKET: 'given-store' }).findResources('AWS::IAM::Role'),
    )
      .flatMap((role) => role['Properties'].Policies ?? [])
      .flatMap((policy) => policy.PolicyDocument?.Statement ?? [])
      .filter((statement) => statement.Action === 's3:ListBucket');
    expect(statements.length).toBe(4);
    for (const statement of statements) {
      const isStore = statement.Resource.endsWith('given-store');
      expect(statement.Condition).toEqual({ StringLikeIfExists: { 's3:prefix': isStore ? 'daily/*' : 'level3/*' } });
    }
  });
});
