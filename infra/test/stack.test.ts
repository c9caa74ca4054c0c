import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeApp } from '../lib/pipeline_app.ts';
import { loadConfiguration } from '../lib/settings/load_settings.ts';
import { DAILY, EVERYTHING, makeStack, MONTHLY, PROTECTED, ROOT, templateOf, WEB } from './stack_fixture.ts';

describe('the stack', () => {
  it('is named, placed and tagged as the settings say', () => {
    const { stack, template } = makeStack({
      ...DAILY,
      STACK_NAME: 'my-stack',
      STAGE: 'prod',
      PROJECT: 'ocean',
      PROJECT_NAME: 'Ocean daily',
      ACCOUNT_ID: '123456789012',
      ACCOUNT_REGION: 'eu-central-1',
    });
    expect(stack.environment).toBe('aws://123456789012/eu-central-1');
    expect(stack.stackName).toBe('my-stack');
    const tags = Object.values(template.findResources('AWS::S3::Bucket'))[0]!['Properties'].Tags;
    expect(tags).toEqual(
      expect.arrayContaining([
        { Key: 'Project', Value: 'ocean' },
        { Key: 'ProjectName', Value: 'Ocean daily' },
        { Key: 'Stack', Value: 'my-stack' },
        { Key: 'Stage', Value: 'prod' },
        { Key: 'Dataset', Value: 'daily' },
      ]),
    );
  });

  it('needs no account', () => {
    expect(makeStack(EVERYTHING).stack.environment).toBe('aws://unknown-account/us-east-1');
  });

  it('tells what scripts need', () => {
    expect(Object.keys(templateOf(EVERYTHING).toJSON().Outputs).sort()).toEqual([
      'AlarmTopicArn',
      'BackfillArtifactsUrl',
      'BackfillStateMachineArn',
      'DeadLetterQueueUrl',
      'IcechunkBucketName',
      'InitializeFunctionName',
      'JobQueueName',
      'ProcessMessagesFunctionName',
      'QueueUrl',
      'StoreUrl',
    ]);
    expect(templateOf(DAILY).toJSON().Outputs).not.toHaveProperty('JobQueueName');
  });

  // Synthesis runs cdk-nag, and throws where it finds something that was not acknowledged.
  it.each([
    ['a daily archive', DAILY],
    ['everything', EVERYTHING],
    ['a growing axis', { ...MONTHLY, GARBAGE_COLLECTION_FREQUENCY: '1', GAPS_FREQUENCY: '1' }],
    ['an Earthdata login', { ...PROTECTED, VERIFY_FREQUENCY: '1' }],
    ['a web server, and a given bucket', { ...WEB, ICECHUNK_BUCKET: 'given-store', GARBAGE_COLLECTION_FREQUENCY: '1' }],
  ])('has nothing that cdk-nag finds: %s', (_, environment) => {
    expect(() => makeStack(environment)).not.toThrow();
  });
});

describe('secrets', () => {
  it('are in no template: of a secret there is its ARN', () => {
    process.env['AWS_SECRET_ACCESS_KEY'] = 'planted-s3cret';
    try {
      const text = JSON.stringify(
        templateOf({
          ...PROTECTED,
          AWS_SECRET_ACCESS_KEY: 'planted-s3cret',
          EARTHDATA_TOKEN: 'planted-s3cret',
        }).toJSON(),
      );
      expect(text).not.toContain('planted-s3cret');
      expect(text).toContain(PROTECTED['EARTHDATA_SECRET_ARN']);
    } finally {
      delete process.env['AWS_SECRET_ACCESS_KEY'];
    }
  });
});

describe('the image', () => {
  it('is built with dataset file and processor, by their paths in the repository', () => {
    const configuration = loadConfiguration({ root: ROOT, environment: { ...DAILY, PROCESSOR: 'mine' }, envFile: '' });
    const context = { 'aws:cdk:disable-asset-staging': true };
    const { app, stack } = makeApp({ configuration, imageFolder: ROOT, analyticsReporting: false, context });
    const assets = JSON.parse(readFileSync(resolve(app.synth().directory, `${stack.stackName}.assets.json`), 'utf8'));
    const builds = Object.values<any>(assets.dockerImages).map(({ source }) => source.dockerBuildArgs);
    expect(builds).toEqual([{ DATASET: 'infra/test/datasets/daily/dataset.toml', PROCESSOR: 'mine' }]);
  });

  const dockerfile = resolve(ROOT, 'Dockerfile');

  it.skipIf(!existsSync(dockerfile))('has the program as its entry point, so that jobs can name a verb', () => {
    expect(readFileSync(dockerfile, 'utf8')).toMatch(/^ENTRYPOINT \["\/usr\/bin\/vdp"\]$/m);
  });
});
