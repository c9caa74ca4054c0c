import { Duration, RemovalPolicy, Size, Validations } from 'aws-cdk-lib';
import * as batch from 'aws-cdk-lib/aws-batch';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { frequenciesInDays, type Deployment, type JobName } from './deployment.ts';
import type { GrantedResources } from './granted_resources.ts';
import type { PipelineImage } from './image.ts';
import { JobNetwork } from './network.ts';

const VIRTUAL_PROCESSORS = 1;
const MEMORY = Size.gibibytes(4);
const TIMEOUT = Duration.hours(6);
/** Of attempts that were cut off, not of jobs that failed: those tell something, and are left. */
const ATTEMPTS = 3;
/** What Fargate says; the CDK's own constant is what EC2 says. */
const SPOT_TASK_RECLAIMED = batch.Reason.custom({ onStatusReason: 'Your Spot Task was interrupted*' });
const TASKS = 'ecs-tasks.amazonaws.com';

export interface UpkeepJobsProps {
  readonly deployment: Deployment;
  readonly image: PipelineImage;
  readonly environment: Readonly<Record<string, string>>;
  readonly granted: GrantedResources;
}

/** Jobs on AWS Batch that run every so many days: `vdp gc`, `vdp verify`, `vdp gaps`. */
export class UpkeepJobs extends Construct {
  readonly queue: batch.JobQueue;
  private readonly logGroup: logs.LogGroup;
  private readonly executionRole: iam.Role;
  private readonly network: JobNetwork;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: UpkeepJobsProps,
  ) {
    super(scope, id);
    const { settings } = props.deployment;
    this.network = new JobNetwork(this, 'Network', props.deployment);
    this.logGroup = new logs.LogGroup(this, 'Logs', {
      retention: settings.LOG_RETENTION_DAYS as logs.RetentionDays,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.executionRole = new iam.Role(this, 'ExecutionRole', {
      assumedBy: new iam.ServicePrincipal(TASKS),
    });
    Validations.of(this.executionRole).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'ecr:GetAuthorizationToken, with which images are fetched, knows no resources.',
    });
    this.queue = this.makeQueue();
    const image = props.image.containerImage();
    for (const [job, days] of frequenciesInDays(settings)) this.schedule(job, days, this.define(job, image));
  }

  // Spot capacity costs about a third. All jobs are safe to cut off at any time, and are begun anew.
  private makeQueue(): batch.JobQueue {
    const { settings } = this.props.deployment;
    const environment = new batch.FargateComputeEnvironment(this, 'Capacity', {
      vpc: this.network.vpc,
      vpcSubnets: this.network.subnets,
      securityGroups: [this.network.securityGroup],
      spot: true,
      maxvCpus: settings.BATCH_MAX_VCPU,
    });
    return new batch.JobQueue(this, 'Queue', {
      jobQueueName: `${settings.STACK_NAME}-job-queue`,
      computeEnvironments: [{ computeEnvironment: environment, order: 1 }],
    });
  }

  private define(job: JobName, image: ecs.ContainerImage): batch.EcsJobDefinition {
    const container = new batch.EcsFargateContainerDefinition(this, `${job}-container`, {
      image,
      command: [job, '--json'],
      fargateCpuArchitecture: ecs.CpuArchitecture.X86_64,
      fargateOperatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      cpu: VIRTUAL_PROCESSORS,
      memory: MEMORY,
      assignPublicIp: this.network.needsPublicAddress,
      executionRole: this.executionRole,
      jobRole: this.props.granted.makeRole(this, `${job}-role`, job, TASKS),
      environment: { ...this.props.environment },
      logging: ecs.LogDriver.awsLogs({ streamPrefix: job, logGroup: this.logGroup }),
    });
    return new batch.EcsJobDefinition(this, `${job}-definition`, {
      container,
      timeout: TIMEOUT,
      retryAttempts: ATTEMPTS,
      retryStrategies: [
        batch.RetryStrategy.of(batch.Action.RETRY, SPOT_TASK_RECLAIMED),
        batch.RetryStrategy.of(batch.Action.RETRY, batch.Reason.CANNOT_PULL_CONTAINER),
        batch.RetryStrategy.of(batch.Action.EXIT, batch.Reason.custom({ onReason: '*' })),
      ],
      propagateTags: true,
    });
  }

  private schedule(job: JobName, days: number, definition: batch.EcsJobDefinition): void {
    new events.Rule(this, `${job}-schedule`, {
      description: `vdp ${job} of ${this.props.deployment.dataset.name}`,
      schedule: events.Schedule.rate(Duration.days(days)),
      targets: [
        new targets.BatchJob(this.queue.jobQueueArn, this.queue, definition.jobDefinitionArn, definition, {
          jobName: job,
        }),
      ],
    });
  }
}
