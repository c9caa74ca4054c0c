import { Aws, Duration, Fn, RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { BackfillArtifacts } from './backfill_artifacts.ts';
import { BackfillFunctions } from './backfill_functions.ts';
import { makeBackfillRole } from './backfill_role.ts';
import { backfillStates } from './backfill_states.ts';
import type { Deployment } from './deployment.ts';
import type { GrantedResources } from './granted_resources.ts';
import type { PipelineImage } from './image.ts';

/** Messages of new files wait 14 days at most for a backfill: one that hangs is told of while they are still there. */
const TIMEOUT = Duration.days(7);

export interface BackfillProps {
  readonly deployment: Deployment;
  readonly image: PipelineImage;
  readonly granted: GrantedResources;
  readonly environment: Readonly<Record<string, string>>;
  readonly artifacts: BackfillArtifacts;
}

/** The pipeline that loads a whole archive: a function a stage, and the state machine that calls them. */
export class Backfill extends Construct {
  readonly stateMachine: sfn.StateMachine;

  constructor(scope: Construct, id: string, props: BackfillProps) {
    super(scope, id);
    this.node.setContext('@aws-cdk/aws-stepfunctions:useDistributedMapResultWriterV2', true);
    const { settings, dataset } = props.deployment;
    const { artifacts } = props;
    const { handlers } = new BackfillFunctions(this, 'Stages', props);
    const stateMachineName = `${settings.STACK_NAME}-backfill`;
    const role = makeBackfillRole(this, 'Role', { stateMachineName, handlers: Object.values(handlers), artifacts });
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      stateMachineName,
      comment: `Loads the archive of the dataset ${dataset.name}`,
      definitionBody: sfn.DefinitionBody.fromChainable(backfillStates(this, { settings, handlers, artifacts })),
      role: role.withoutPolicyUpdates(),
      timeout: TIMEOUT,
      logs: {
        destination: this.makeLogGroup(settings.STACK_NAME, settings.LOG_RETENTION_DAYS),
        level: sfn.LogLevel.ALL,
        // Why a state failed is a part of its data. They name files, and hold no secrets.
        includeExecutionData: true,
      },
    });
    this.stateMachine.node.addDependency(role);
    // The CDK would attach it to the role, which says the same already, and takes nothing further.
    this.stateMachine.node.tryRemoveChild('DistributedMapPolicy');
    Validations.of(this.stateMachine).acknowledge({
      id: 'AwsSolutions-SF2',
      reason: 'The functions write no traces; the history of the execution and the logs tell what was called when.',
    });
  }

  // Groups below /aws/vendedlogs/ take no room in the one policy by which services may write logs. They need a name,
  // and outlive the stack: the stack's own id keeps that of the next stack apart.
  private makeLogGroup(stackName: string, retention: number): logs.LogGroup {
    const uniqueId = Fn.select(2, Fn.split('/', Aws.STACK_ID));
    return new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/vendedlogs/states/${stackName}-backfill-${uniqueId}`,
      retention: retention as logs.RetentionDays,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
