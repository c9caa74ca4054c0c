import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';
import type { ForwardQueue } from './forward_queue.ts';
import { OUTCOMES, outcomeMetric } from './metrics.ts';

const PERIOD = Duration.minutes(5);
const HALF = 12;

export interface DashboardProps {
  readonly deployment: Deployment;
  readonly forward: ForwardQueue;
  readonly processMessages: lambda.IFunction;
  readonly alarms: readonly cloudwatch.IAlarm[];
}

/** The pipeline at a glance: alarms, what became of files, what waits, how the function does. */
export class PipelineDashboard extends Construct {
  constructor(scope: Construct, id: string, { deployment, forward, processMessages, alarms }: DashboardProps) {
    super(scope, id);
    const { queue, deadLetters } = forward;
    const graph = (title: string, left: cloudwatch.IMetric[], right: cloudwatch.IMetric[] = []) =>
      new cloudwatch.GraphWidget({ title, left, right, width: HALF });
    new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: deployment.settings.STACK_NAME,
      defaultInterval: Duration.days(1),
      widgets: [
        [new cloudwatch.AlarmStatusWidget({ alarms: [...alarms], width: 2 * HALF })],
        [
          graph(
            'Files',
            OUTCOMES.map((outcome) => outcomeMetric(outcome, deployment.dataset, PERIOD)),
          ),
          graph(
            'Messages, and seconds that the oldest waits',
            [
              queue.metricApproximateNumberOfMessagesVisible({ period: PERIOD }),
              deadLetters.metricApproximateNumberOfMessagesVisible({ period: PERIOD }),
            ],
            [queue.metricApproximateAgeOfOldestMessage({ period: PERIOD })],
          ),
        ],
        [
          graph('Batches', [
            processMessages.metricInvocations({ period: PERIOD }),
            processMessages.metricErrors({ period: PERIOD }),
            processMessages.metricThrottles({ period: PERIOD }),
          ]),
          graph('Milliseconds a batch', [
            processMessages.metricDuration({ period: PERIOD }),
            processMessages.metricDuration({ period: PERIOD, statistic: 'max' }),
          ]),
        ],
      ],
    });
  }
}
