import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { BackfillStage } from './backfill_stages.ts';
import type { Deployment } from './deployment.ts';
import type { GrantedResources } from './granted_resources.ts';
import type { PipelineImage } from './image.ts';

export type FunctionRole = 'initialize' | 'process_messages' | BackfillStage;

export interface PipelineFunctionProps {
  readonly deployment: Deployment;
  readonly image: PipelineImage;
  readonly role: FunctionRole;
  readonly granted: GrantedResources;
  readonly environment: Readonly<Record<string, string>>;
  readonly reservedConcurrency?: number;
  /** Default: that of the settings. */
  readonly timeout?: Duration;
}

/** A function of the image, with a log and a role of its own. */
export class PipelineFunction extends Construct {
  readonly handler: lambda.DockerImageFunction;

  constructor(scope: Construct, id: string, props: PipelineFunctionProps) {
    super(scope, id);
    const { settings } = props.deployment;
    const logGroup = new logs.LogGroup(this, 'Logs', {
      retention: settings.LOG_RETENTION_DAYS as logs.RetentionDays,
      // A deployment that fails takes back what it made: what tells why must stay.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.handler = new lambda.DockerImageFunction(this, 'Function', {
      description: `${props.role} of the dataset ${props.deployment.dataset.name}`,
      code: props.image.functionCode(props.role),
      architecture: lambda.Architecture.X86_64,
      timeout: props.timeout ?? Duration.seconds(settings.FUNCTION_TIMEOUT_SECONDS),
      memorySize: settings.FUNCTION_MEMORY_MB,
      reservedConcurrentExecutions: props.reservedConcurrency,
      environment: { ...props.environment },
      logGroup,
      role: this.makeRole(logGroup, props),
    });
  }

  private makeRole(logGroup: logs.LogGroup, { granted, role }: PipelineFunctionProps): iam.Role {
    const writesLogs = new iam.PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    });
    return granted.makeRole(this, 'Role', role, 'lambda.amazonaws.com', [writesLogs]);
  }
}
