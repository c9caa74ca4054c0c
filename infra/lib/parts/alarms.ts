import { Duration, Stack } from 'aws-cdk-lib';
import type * as batch from 'aws-cdk-lib/aws-batch';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';
import type { ForwardQueue } from './forward_queue.ts';
import { outcomeMetric } from './metrics.ts';

/** Deliveries that may be lost before the age of the oldest message is worth an alarm. */
const LOST_DELIVERIES = 4;

export interface AlarmsProps {
  readonly deployment: Deployment;
  readonly forward: ForwardQueue;
  readonly processMessages: lambda.IFunction;
}

/** What somebody should look at, and nothing else; sent to one topic. */
export class Alarms extends Construct {
  readonly topic: sns.Topic;
  readonly all: cloudwatch.Alarm[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: AlarmsProps,
  ) {
    super(scope, id);
    this.topic = this.makeTopic();
    const { settings } = props.deployment;
    this.deadLetters();
    this.functionErrors();
    // A queue that nobody reads fills on purpose, and gives nothing new.
    if (!settings.FORWARD_QUEUE_ENABLED) return;
    this.oldestMessage();
    if (settings.STALE_AFTER_HOURS) this.nothingNew(settings.STALE_AFTER_HOURS);
  }

  /** Jobs have no metrics: Batch tells of those that failed by events. */
  watchJobs(queue: batch.IJobQueue): void {
    new events.Rule(this, 'FailedJobs', {
      description: `Failed jobs of ${this.props.deployment.settings.STACK_NAME}`,
      eventPattern: {
        source: ['aws.batch'],
        detailType: ['Batch Job State Change'],
        detail: { status: ['FAILED'], jobQueue: [queue.jobQueueArn] },
      },
      targets: [new targets.SnsTopic(this.topic)],
    });
  }

  watchBackfill(stateMachine: sfn.IStateMachine): void {
    const how = { statistic: cloudwatch.Stats.SUM, period: Duration.minutes(5) };
    const ends = {
      failed: stateMachine.metricFailed(how),
      timedOut: stateMachine.metricTimedOut(how),
      aborted: stateMachine.metricAborted(how),
    };
    this.add('BackfillEnded', {
      alarmDescription: 'A backfill ended before its end: its execution tells the state and the cause.',
      // Nothing is sent of what did not happen: FILL makes it nothing.
      metric: new cloudwatch.MathExpression({
        label: 'executions that failed, timed out or were aborted',
        expression: 'FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)',
        usingMetrics: ends,
        period: how.period,
      }),
      threshold: 0,
      evaluationPeriods: 1,
    });
  }

  private makeTopic(): sns.Topic {
    const topic = new sns.Topic(this, 'Topic', { enforceSSL: true });
    // A topic with a policy of its own no longer takes what its account's alarms send.
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AlarmsMayPublish',
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    const address = this.props.deployment.settings.ALARM_EMAIL;
    if (address !== undefined) topic.addSubscription(new subscriptions.EmailSubscription(address));
    return topic;
  }

  private deadLetters(): void {
    this.add('DeadLetters', {
      alarmDescription: 'Files were given up: `vdp dlq list` tells why.',
      metric: this.props.forward.deadLetters.metricApproximateNumberOfMessagesVisible({
        statistic: cloudwatch.Stats.MAXIMUM,
        period: Duration.minutes(5),
      }),
      threshold: 0,
      evaluationPeriods: 1,
    });
  }

  private oldestMessage(): void {
    const visibility = this.props.deployment.settings.VISIBILITY_TIMEOUT_SECONDS;
    this.add('OldestMessage', {
      alarmDescription: `A file waits for ${LOST_DELIVERIES} visibility timeouts: the function fails, or is too slow.`,
      metric: this.props.forward.queue.metricApproximateAgeOfOldestMessage({
        statistic: cloudwatch.Stats.MAXIMUM,
        period: Duration.minutes(5),
      }),
      threshold: LOST_DELIVERIES * visibility,
      evaluationPeriods: 3,
    });
  }

  private functionErrors(): void {
    this.add('FunctionErrors', {
      alarmDescription: 'Whole batches fail again and again: the log of process_messages tells why.',
      metric: this.props.processMessages.metricErrors({ statistic: cloudwatch.Stats.SUM, period: Duration.minutes(5) }),
      threshold: 0,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
    });
  }

  private nothingNew(hours: number): void {
    this.add('NothingNew', {
      alarmDescription: `No file was written for ${hours} hours: nothing arrives, or nothing is told.`,
      metric: outcomeMetric('Written', this.props.deployment.dataset, Duration.hours(1)),
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: 1,
      evaluationPeriods: hours,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    });
  }

  private add(id: string, props: cloudwatch.AlarmProps): void {
    const alarm = new cloudwatch.Alarm(this, id, {
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      ...props,
    });
    alarm.addAlarmAction(new actions.SnsAction(this.topic));
    this.all.push(alarm);
  }
}
