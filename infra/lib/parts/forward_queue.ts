import { Arn, ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct, type IDependable } from 'constructs';
import type { Deployment } from './deployment.ts';

/** The longest that SQS keeps a message: one may wait so long for a backfill, or for a person among the dead letters. */
const RETENTION = Duration.days(14);

/** The queue of new files, its dead letters, and who may send to it. */
export class ForwardQueue extends Construct {
  readonly queue: sqs.Queue;
  readonly deadLetters: sqs.Queue;

  constructor(
    scope: Construct,
    id: string,
    private readonly deployment: Deployment,
  ) {
    super(scope, id);
    const { settings, dataset } = deployment;
    this.deadLetters = new sqs.Queue(this, 'DeadLetters', {
      queueName: `${settings.STACK_NAME}-Dlq`,
      retentionPeriod: RETENTION,
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    this.queue = new sqs.Queue(this, 'Queue', {
      queueName: `${settings.STACK_NAME}-queue`,
      visibilityTimeout: Duration.seconds(settings.VISIBILITY_TIMEOUT_SECONDS),
      retentionPeriod: RETENTION,
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: settings.MAX_RECEIVE_COUNT },
    });
    if (settings.SNS_TOPIC !== undefined) this.subscribe(settings.SNS_TOPIC);
    if (settings.DATA_BUCKET_NOTIFIES) this.takeFromBucket(dataset.source.bucket);
  }

  private subscribe(topicArn: string): void {
    const allowed = this.allowSending('Topic', 'sns.amazonaws.com', { ArnEquals: { 'aws:SourceArn': topicArn } });
    const { settings, dataset } = this.deployment;
    const filter = settings.SNS_FILTER === 'dataset' ? dataset.eventFilter : undefined;
    const subscription = new sns.CfnSubscription(this, 'Subscription', {
      topicArn,
      protocol: 'sqs',
      endpoint: this.queue.queueArn,
      region: Arn.split(topicArn, ArnFormat.NO_RESOURCE_NAME).region,
      rawMessageDelivery: true,
      ...(filter === undefined ? {} : { filterPolicyScope: 'MessageBody', filterPolicy: filter }),
    });
    // What the topic sends before it may is lost.
    if (allowed) subscription.node.addDependency(allowed);
  }

  private takeFromBucket(bucket: string): void {
    const stack = Stack.of(this);
    const arn = stack.formatArn({
      service: 's3',
      region: '',
      account: '',
      resource: bucket,
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    });
    this.allowSending('Bucket', 's3.amazonaws.com', {
      ArnEquals: { 'aws:SourceArn': arn },
      StringEquals: { 'aws:SourceAccount': stack.account },
    });
  }

  private allowSending(sid: string, service: string, conditions: iam.Conditions): IDependable | undefined {
    const { policyDependable } = this.queue.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: `${sid}MaySend`,
        principals: [new iam.ServicePrincipal(service)],
        actions: ['sqs:SendMessage'],
        resources: [this.queue.queueArn],
        conditions,
      }),
    );
    return policyDependable;
  }
}
