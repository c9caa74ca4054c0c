// The metrics that functions write into their logs, in the embedded metric format.
import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Dataset } from '../dataset/dataset_file.ts';

export const METRICS_NAMESPACE = 'vdp';

/** What became of files. */
export const OUTCOMES = ['Written', 'Replaced', 'Retracted', 'Unchanged', 'Deferred', 'Rejected'] as const;

export function outcomeMetric(
  outcome: (typeof OUTCOMES)[number],
  dataset: Dataset,
  period: Duration,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: METRICS_NAMESPACE,
    metricName: outcome,
    dimensionsMap: { dataset: dataset.name },
    statistic: cloudwatch.Stats.SUM,
    period,
  });
}
