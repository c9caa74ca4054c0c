import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import type { Settings } from '../settings/settings_table.generated.ts';
import type { ArtifactsPlace } from './backfill_artifacts.ts';
import { BACKFILL_TIMEOUT, type BackfillStage } from './backfill_stages.ts';

/** In the names of the map runs and of the workers' executions. */
export const WORKERS_LABEL = 'Workers';
/** Below the prefix of the artifacts: what became of each worker, as the distributed map itself writes it. */
export const MAP_RUNS = 'map-runs';

// A state's input has at most 256 KiB; the service cuts batches at a limit that leaves room for what goes with them.
const BATCH_BYTES = 200 * 1024;
// When an answer was lost on its way, the function has ended by then.
const TASK_TIMEOUT = BACKFILL_TIMEOUT.plus(Duration.minutes(1));

const SOURCE_DOES_NOT_ANSWER = 'Function.Transient';

// Only what may go well the next time. Whatever else a stage says would be said again.
const RETRIES: readonly sfn.RetryProps[] = [
  {
    errors: [
      'Lambda.TooManyRequestsException',
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
      'Lambda.ClientExecutionTimeoutException',
    ],
    interval: Duration.seconds(2),
    backoffRate: 2,
    maxDelay: Duration.minutes(1),
    maxAttempts: 12,
    jitterStrategy: sfn.JitterType.FULL,
  },
  {
    // A process that ended before its answer, and what the engine says may be asked again.
    errors: ['Runtime.ExitError', 'Sandbox.Timedout', 'Lambda.Unknown', 'States.Timeout', SOURCE_DOES_NOT_ANSWER],
    interval: Duration.seconds(5),
    backoffRate: 2,
    maxAttempts: 3,
    jitterStrategy: sfn.JitterType.FULL,
  },
];

export interface BackfillStatesProps {
  readonly settings: Settings;
  readonly handlers: Readonly<Record<BackfillStage, lambda.IFunction>>;
  readonly artifacts: ArtifactsPlace;
}

/** More would not fit into the history of an execution: 25,000 events, of which a partition makes about twenty. */
const MOST_PARTITIONS = 1000;

type InvokeProps = Omit<Partial<tasks.LambdaInvokeJsonPathProps>, 'payload'> & {
  /** Default: the state's input. */
  readonly payload?: Record<string, unknown>;
};

const at = (path: string) => sfn.JsonPath.stringAt(path);

/**
 * partition, initialize, then one partition after the other: fork, workers beside one another, reduce; and promote.
 * A stage gets what the stage before it answered (src/pipeline/backfill/README.md has these documents). They are small:
 * lists of files go through the bucket of the artifacts.
 */
export function backfillStates(scope: Construct, props: BackfillStatesProps): sfn.IChainable {
  const states = new States(scope, props);
  const load = states.initialize().next(states.eachPartition()).next(states.promote());
  const fits = sfn.Choice.jsonPath(scope, 'AreTheyTooMany')
    .when(sfn.Condition.isPresent(`$.partitions[${MOST_PARTITIONS}]`), states.tooMany())
    .otherwise(load);
  return states.partition().next(fits);
}

class States {
  constructor(
    private readonly scope: Construct,
    private readonly props: BackfillStatesProps,
  ) {}

  partition(): tasks.LambdaInvoke {
    return this.invoke('Partition', 'backfill_partition', {
      payload: {
        name: at('$.name'),
        inventory_uri: at('$.inventory_uri'),
        partition_size: this.props.settings.BACKFILL_PARTITION_SIZE,
      },
      outputPath: '$.Payload',
    });
  }

  tooMany(): sfn.Fail {
    return new sfn.Fail(this.scope, 'TooManyPartitions', {
      error: 'Backfill.TooManyPartitions',
      cause:
        `An execution can hold ${MOST_PARTITIONS} partitions at most: ` +
        'set BACKFILL_PARTITION_SIZE to more files, or load a part of the inventory.',
    });
  }

  initialize(): tasks.LambdaInvoke {
    return this.invoke('Initialize', 'backfill_initialize', { outputPath: '$.Payload' });
  }

  /** In their order: each is a commit on top of the one before it. */
  eachPartition(): sfn.Map {
    const map = sfn.Map.jsonPath(this.scope, 'EachPartition', {
      itemsPath: '$.partitions',
      itemSelector: { ...members('version', 'name', 'plan_uri', 'branch'), partition: at('$$.Map.Item.Value.index') },
      maxConcurrency: 1,
      resultPath: sfn.JsonPath.DISCARD,
    });
    const isDone = sfn.Choice.jsonPath(this.scope, 'IsItDone')
      .when(sfn.Condition.booleanEquals('$.done', true), sfn.Pass.jsonPath(this.scope, 'Done', NOTHING))
      .otherwise(this.workers().next(this.reduce()));
    return map.itemProcessor(this.fork().next(isDone));
  }

  promote(): tasks.LambdaInvoke {
    return this.invoke('Promote', 'backfill_promote', {
      payload: members('version', 'name', 'plan_uri', 'branch'),
      outputPath: '$.Payload',
    });
  }

  private fork(): tasks.LambdaInvoke {
    return this.invoke('Fork', 'backfill_fork', { outputPath: '$.Payload' });
  }

  private workers(): sfn.DistributedMap {
    const { settings, artifacts } = this.props;
    const map = sfn.DistributedMap.jsonPath(this.scope, 'Work', {
      label: WORKERS_LABEL,
      mapExecutionType: sfn.StateMachineType.STANDARD,
      // The bucket is not the answer's: what the state machine may read stands in its template.
      itemReader: new sfn.S3JsonItemReader({ bucket: artifacts.bucket, key: at('$.items.key') }),
      itemBatcher: new sfn.ItemBatcher({
        maxItemsPerBatch: settings.BACKFILL_MAX_ITEMS_PER_BATCH,
        maxInputBytesPerBatch: BATCH_BYTES,
        // The CDK leaves it as it is, so that the keys of paths need their ending.
        batchInput: Object.fromEntries(BATCH_INPUT.map((name) => [`${name}.$`, `$.${name}`])),
      }),
      // One worker that fails fails its partition: no tolerated failures, which is the default.
      maxConcurrency: settings.BACKFILL_MAX_CONCURRENCY,
      resultWriterV2: new sfn.ResultWriterV2({
        bucket: artifacts.bucket,
        prefix: `${artifacts.prefix}/${MAP_RUNS}`,
      }),
      resultPath: sfn.JsonPath.DISCARD,
    });
    return map.itemProcessor(this.process());
  }

  /** A file that cannot be read, however often it is tried, is rejected in the end; reduce counts what was rejected. */
  private process(): tasks.LambdaInvoke {
    const batchInput = Object.fromEntries(BATCH_INPUT.map((name) => [name, at(`$.BatchInput.${name}`)]));
    const givingUp = this.invoke('ProcessGivingUp', 'backfill_process', {
      payload: { BatchInput: { ...batchInput, give_up: true }, Items: at('$.Items') },
      outputPath: '$.Payload',
    });
    const task = this.invoke('Process', 'backfill_process', { outputPath: '$.Payload' });
    task.addCatch(givingUp, { errors: [SOURCE_DOES_NOT_ANSWER], resultPath: sfn.JsonPath.DISCARD });
    return task;
  }

  private reduce(): tasks.LambdaInvoke {
    return this.invoke('Reduce', 'backfill_reduce', NOTHING);
  }

  private invoke(name: string, stage: BackfillStage, { payload, ...how }: InvokeProps = {}): tasks.LambdaInvoke {
    const task = tasks.LambdaInvoke.jsonPath(this.scope, name, {
      ...how,
      lambdaFunction: this.props.handlers[stage],
      ...(payload === undefined ? {} : { payload: sfn.TaskInput.fromObject(payload) }),
      taskTimeout: sfn.Timeout.duration(TASK_TIMEOUT),
      retryOnServiceExceptions: false, // RETRIES has those errors
    });
    for (const retry of RETRIES) task.addRetry(retry);
    return task;
  }
}

/** What the serial map keeps of a partition: any number of them must fit into its result. */
const NOTHING = { outputPath: sfn.JsonPath.DISCARD };

/** Of the answer of fork, what every worker is told. */
const BATCH_INPUT = ['version', 'name', 'plan_uri', 'branch', 'partition', 'base', 'fork_uri', 'work_prefix'] as const;

function members(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, at(`$.${name}`)]));
}
