import { Aws, CfnOutput, Fn, Stack, Tags, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './parts/alarms.ts';
import { PipelineDashboard } from './parts/dashboard.ts';
import { Backfill } from './parts/backfill.ts';
import { BackfillArtifacts } from './parts/backfill_artifacts.ts';
import { frequenciesInDays, type Deployment } from './parts/deployment.ts';
import { connect, reservedConcurrency } from './parts/forward_function.ts';
import { ForwardQueue } from './parts/forward_queue.ts';
import { GrantedResources } from './parts/granted_resources.ts';
import { PipelineImage } from './parts/image.ts';
import { PipelineFunction } from './parts/pipeline_function.ts';
import { programEnvironment } from './parts/program_environment.ts';
import { StoreBucket } from './parts/store_bucket.ts';
import { initializeStore } from './parts/store_trigger.ts';
import { UpkeepJobs } from './parts/upkeep_jobs.ts';

/** One dataset's pipeline: queue, functions, jobs, and what watches them. */
export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, deployment: Deployment, props: StackProps = {}) {
    super(scope, id, props);
    const { settings, dataset } = deployment;
    const store = new StoreBucket(this, 'Store', deployment);
    const forward = new ForwardQueue(this, 'Forward', deployment);
    const artifacts = settings.BACKFILL_ENABLED ? new BackfillArtifacts(this, 'BackfillArtifacts') : undefined;
    const granted = new GrantedResources(this, deployment, store, forward.queue, forward.deadLetters, artifacts);
    const image = new PipelineImage(this, 'Image', deployment);
    const environment = programEnvironment(this, deployment, store);

    const initialize = new PipelineFunction(this, 'Initialize', {
      deployment,
      image,
      role: 'initialize',
      granted,
      environment,
    });
    const processMessages = new PipelineFunction(this, 'ProcessMessages', {
      deployment,
      image,
      role: 'process_messages',
      granted,
      environment: {
        ...environment,
        VDP_DEAD_LETTERS: forward.deadLetters.queueUrl,
        VDP_MAX_RECEIVES: String(settings.MAX_RECEIVE_COUNT),
      },
      reservedConcurrency: reservedConcurrency(deployment),
    });
    const made = initializeStore(this, initialize.handler, settings);
    made.executeAfter(store);
    connect(processMessages.handler, forward.queue, deployment).node.addDependency(made);

    const alarms = new Alarms(this, 'Alarms', { deployment, forward, processMessages: processMessages.handler });
    if (frequenciesInDays(settings).size > 0) {
      const jobs = new UpkeepJobs(this, 'Upkeep', {
        deployment,
        image,
        environment: { ...environment, AWS_REGION: this.region },
        granted,
      });
      alarms.watchJobs(jobs.queue);
      this.output('JobQueueName', jobs.queue.jobQueueName, 'Queue of the jobs on AWS Batch');
    }
    if (artifacts) {
      const { stateMachine } = new Backfill(this, 'Backfill', { deployment, image, granted, environment, artifacts });
      alarms.watchBackfill(stateMachine);
      this.output(
        'BackfillStateMachineArn',
        stateMachine.stateMachineArn,
        'Loads an archive: scripts/start_backfill.sh',
      );
      this.output('BackfillArtifactsUrl', artifacts.url, 'What the stages of a backfill leave for one another');
    }
    new PipelineDashboard(this, 'Overview', {
      deployment,
      forward,
      processMessages: processMessages.handler,
      alarms: alarms.all,
    });

    this.output('IcechunkBucketName', store.bucket.bucketName, 'Bucket of the store');
    this.output('StoreUrl', store.url, 'The store, for readers and for VDP_STORE');
    this.output('QueueUrl', forward.queue.queueUrl, 'Queue of new files, for vdp enqueue --queue');
    this.output('DeadLetterQueueUrl', forward.deadLetters.queueUrl, 'Files that were given up');
    this.output('InitializeFunctionName', initialize.handler.functionName, 'Makes the store');
    this.output('ProcessMessagesFunctionName', processMessages.handler.functionName, 'Writes what the queue names');
    this.output('AlarmTopicArn', alarms.topic.topicArn, 'Topic of the alarms');

    Tags.of(this).add('Project', settings.PROJECT);
    Tags.of(this).add('ProjectName', settings.PROJECT_NAME);
    Tags.of(this).add('Stack', settings.STACK_NAME);
    Tags.of(this).add('Stage', settings.STAGE);
    Tags.of(this).add('Dataset', tagValue(dataset.name));
  }

  /** Chosen by CloudFormation: with an account in the settings, the CDK would look them up. */
  override get availabilityZones(): string[] {
    return [0, 1].map((index) => Fn.select(index, Fn.getAzs(Aws.REGION)));
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}

function tagValue(text: string): string {
  return text.replace(/[^A-Za-z0-9 _.:/=+@-]/g, '_').slice(0, 256);
}
