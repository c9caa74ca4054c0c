import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { DAILY, MONTHLY, propertiesOf, PROTECTED, templateOf } from './stack_fixture.ts';

const FUNCTION = 'AWS::Lambda::Function';
const SOURCE = 'AWS::Lambda::EventSourceMapping';

describe('the functions', () => {
  it.each(['Initialize', 'ProcessMessages'])('%s is the one image with its role as command', (name) => {
    const template = templateOf({ ...DAILY, FUNCTION_MEMORY_MB: '1024', FUNCTION_TIMEOUT_SECONDS: '120' });
    expect(propertiesOf(template, FUNCTION, `${name}Function`)).toMatchObject({
      PackageType: 'Image',
      Architectures: ['x86_64'],
      MemorySize: 1024,
      Timeout: 120,
      ImageConfig: {
        EntryPoint: ['/usr/bin/vdp', 'lambda'],
        Command: [name === 'Initialize' ? 'initialize' : 'process_messages'],
      },
    });
  });

  it('share one image', () => {
    const template = templateOf({ ...DAILY, GARBAGE_COLLECTION_FREQUENCY: '1' });
    const [first, second] = ['Initialize', 'ProcessMessages'].map(
      (name) => propertiesOf(template, FUNCTION, `${name}Function`)['Code'],
    );
    expect(first).toEqual(second);
    const job = propertiesOf(template, 'AWS::Batch::JobDefinition')['ContainerProperties'];
    expect(job.Image).toEqual(first.ImageUri);
  });

  it('have the environment that the program reads', () => {
    const environment = propertiesOf(
      templateOf({
        ...PROTECTED,
        ICECHUNK_BUCKET: 'given-store',
        PROCESSOR: 'mine',
        LOG_LEVEL: 'debug',
        MAX_RECEIVE_COUNT: '4',
      }),
      FUNCTION,
      'ProcessMessagesFunction',
    )['Environment']['Variables'];
    expect(environment).toEqual({
      VDP_DATASET: '/app/dataset/dataset.toml',
      VDP_STORE: 's3://given-store/protected',
      VDP_PROCESSOR: 'mine',
      VDP_METRICS_NAMESPACE: 'vdp',
      VDP_LOG_LEVEL: 'debug',
      VDP_DEAD_LETTERS: { Ref: expect.stringContaining('DeadLetters') },
      VDP_MAX_RECEIVES: '4',
      ICECHUNK_BUCKET: 'given-store',
      ICECHUNK_PREFIX: 'protected',
      ICECHUNK_REGION: 'us-east-1',
      EARTHDATA_SECRET_ARN: PROTECTED['EARTHDATA_SECRET_ARN'],
      COLLECTION: 'v2',
    });
  });

  it('keep their logs for LOG_RETENTION_DAYS', () => {
    const template = templateOf({ ...DAILY, LOG_RETENTION_DAYS: '7' });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
    template.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Retain' });
  });
});

describe('the event source', () => {
  it('has batch, window and concurrency of the settings, and reports single failures', () => {
    const template = templateOf({
      ...DAILY,
      SQS_BATCH_SIZE: '100',
      SQS_BATCH_WINDOW_SECONDS: '20',
      MAX_CONCURRENCY: '7',
    });
    template.hasResourceProperties(SOURCE, {
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 20,
      ScalingConfig: { MaximumConcurrency: 7 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      Enabled: true,
    });
    expect(propertiesOf(template, FUNCTION, 'ProcessMessagesFunction')['ReservedConcurrentExecutions']).toBeUndefined();
  });

  it('gives one batch after the other where the axis grows', () => {
    const template = templateOf({ ...MONTHLY, MAX_CONCURRENCY: '7' });
    expect(propertiesOf(template, FUNCTION, 'ProcessMessagesFunction')['ReservedConcurrentExecutions']).toBe(1);
    template.hasResourceProperties(SOURCE, { ScalingConfig: { MaximumConcurrency: 2 } });
  });

  it('can be switched off, so that messages wait', () => {
    templateOf({ ...DAILY, FORWARD_QUEUE_ENABLED: 'false' }).hasResourceProperties(SOURCE, { Enabled: false });
  });

  it('begins when the store is there', () => {
    const { DependsOn } = Object.values(templateOf(DAILY).findResources(SOURCE))[0]!;
    expect(DependsOn).toEqual(expect.arrayContaining([expect.stringContaining('InitializeStore')]));
  });
});

describe('the store', () => {
  it('is made by the deployment, which fails if that fails', () => {
    const template = templateOf({ ...DAILY, FUNCTION_TIMEOUT_SECONDS: '600' });
    template.hasResource('Custom::Trigger', {
      Properties: {
        InvocationType: 'RequestResponse',
        Timeout: '600000',
        HandlerArn: { Ref: Match.stringLikeRegexp('InitializeFunctionCurrentVersion') },
      },
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('StoreBucket')]),
    });
  });
});
