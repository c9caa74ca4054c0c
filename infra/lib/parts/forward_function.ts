import { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Deployment } from './deployment.ts';

// The least that an event source allows. On a growing axis the function itself runs once at most; without this bound
// Lambda would keep five batches in hand and be turned away with four of them again and again, until their messages
// have been received too often and become dead letters.
const LEAST_CONCURRENCY = 2;

/**
 * How many batches may be worked on at once. A growing axis takes values in their order alone, so that its commits
 * follow one another; a regular one takes any order, and conflicts of writers are settled by the engine.
 */
export function reservedConcurrency({ dataset }: Deployment): number | undefined {
  return dataset.grows ? 1 : undefined;
}

/** Lets the queue call the function. */
export function connect(
  handler: lambda.Function,
  queue: sqs.IQueue,
  { settings, dataset }: Deployment,
): lambda.EventSourceMapping {
  const window = settings.SQS_BATCH_WINDOW_SECONDS;
  return new lambda.EventSourceMapping(handler, 'Queue', {
    target: handler,
    eventSourceArn: queue.queueArn,
    batchSize: settings.SQS_BATCH_SIZE,
    maxBatchingWindow: window === 0 ? undefined : Duration.seconds(window),
    maxConcurrency: dataset.grows ? LEAST_CONCURRENCY : settings.MAX_CONCURRENCY,
    reportBatchItemFailures: true,
    enabled: settings.FORWARD_QUEUE_ENABLED,
  });
}
