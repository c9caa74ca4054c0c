import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { DAILY, propertiesOf, templateOf, WEB } from './stack_fixture.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:new-files';

describe('the queue', () => {
  it('keeps messages for 14 days and gives them up after MAX_RECEIVE_COUNT', () => {
    const template = templateOf({
      ...DAILY,
      MAX_RECEIVE_COUNT: '3',
      STACK_NAME: 'daily',
      FUNCTION_TIMEOUT_SECONDS: '900',
    });
    const queue = propertiesOf(template, 'AWS::SQS::Queue', 'ForwardQueue');
    expect(queue).toMatchObject({ QueueName: 'daily-queue', MessageRetentionPeriod: 1209600, VisibilityTimeout: 5400 });
    expect(queue['RedrivePolicy'].maxReceiveCount).toBe(3);
    expect(propertiesOf(template, 'AWS::SQS::Queue', 'DeadLetters')).toMatchObject({
      QueueName: 'daily-Dlq',
      MessageRetentionPeriod: 1209600,
      SqsManagedSseEnabled: true,
    });
  });

  it('takes VISIBILITY_TIMEOUT_SECONDS', () => {
    const template = templateOf({ ...DAILY, VISIBILITY_TIMEOUT_SECONDS: '3600' });
    expect(propertiesOf(template, 'AWS::SQS::Queue', 'ForwardQueue')['VisibilityTimeout']).toBe(3600);
  });

  it('subscribes to no topic, and lets nobody send, unless the settings say so', () => {
    const template = templateOf(DAILY);
    template.resourceCountIs('AWS::SNS::Subscription', 0);
    expect(sendersOf(template)).toEqual([]);
  });

  it('subscribes to SNS_TOPIC, raw and filtered', () => {
    const template = templateOf({ ...DAILY, SNS_TOPIC: TOPIC });
    template.hasResourceProperties('AWS::SNS::Subscription', {
      TopicArn: TOPIC,
      Protocol: 'sqs',
      Region: 'eu-west-1',
      RawMessageDelivery: true,
      FilterPolicyScope: 'MessageBody',
      FilterPolicy: {
        Records: {
          eventName: [{ prefix: 'ObjectCreated:' }, { prefix: 'ObjectRemoved:' }],
          s3: { bucket: { name: ['daily-archive'] }, object: { key: [{ prefix: 'level3/' }] } },
        },
      },
    });
    const { DependsOn } = Object.values(template.findResources('AWS::SNS::Subscription'))[0]!;
    expect(DependsOn).toEqual([expect.stringMatching(/^ForwardQueuePolicy/)]);
    expect(sendersOf(template)).toEqual([
      { service: 'sns.amazonaws.com', condition: { ArnEquals: { 'aws:SourceArn': TOPIC } } },
    ]);
  });

  it('takes all messages of the topic with SNS_FILTER=none, and where the source is no bucket', () => {
    for (const environment of [{ ...DAILY, SNS_FILTER: 'none' }, WEB]) {
      templateOf({ ...environment, SNS_TOPIC: TOPIC }).hasResourceProperties('AWS::SNS::Subscription', {
        RawMessageDelivery: true,
        FilterPolicy: Match.absent(),
        FilterPolicyScope: Match.absent(),
      });
    }
  });

  it('takes notifications of the bucket itself with DATA_BUCKET_NOTIFIES', () => {
    expect(sendersOf(templateOf({ ...DAILY, DATA_BUCKET_NOTIFIES: 'true', ACCOUNT_ID: '123456789012' }))).toEqual([
      {
        service: 's3.amazonaws.com',
        condition: {
          ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::daily-archive' },
          StringEquals: { 'aws:SourceAccount': '123456789012' },
        },
      },
    ]);
  });
});

function sendersOf(template: ReturnType<typeof templateOf>): unknown[] {
  const { Statement } = propertiesOf(template, 'AWS::SQS::QueuePolicy', 'ForwardQueue')['PolicyDocument'];
  return Statement.filter((statement: any) => statement.Effect === 'Allow').map((statement: any) => ({
    service: statement.Principal.Service,
    condition: statement.Condition,
  }));
}
