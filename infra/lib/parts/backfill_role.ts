import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';
import type { ArtifactsPlace } from './backfill_artifacts.ts';
import { MAP_RUNS, WORKERS_LABEL } from './backfill_states.ts';

export interface BackfillRoleProps {
  readonly stateMachineName: string;
  readonly handlers: readonly lambda.IFunction[];
  readonly artifacts: ArtifactsPlace;
}

interface Permission {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly why: string;
}

/** All that the state machine itself may do: the CDK's own grants are wider, and are left out. */
export function makeBackfillRole(scope: Construct, id: string, props: BackfillRoleProps): iam.Role {
  const permissions = permissionsOf(Stack.of(scope), props);
  const statements = permissions.map(
    ({ actions, resources }) => new iam.PolicyStatement({ actions: [...actions], resources: [...resources] }),
  );
  const role = new iam.Role(scope, id, {
    assumedBy: new iam.ServicePrincipal('states.amazonaws.com'),
    inlinePolicies: { grants: new iam.PolicyDocument({ statements, minimize: false }) },
  });
  for (const { resources, why } of permissions) {
    for (const resource of resources.filter((arn) => arn.endsWith('*'))) {
      const text = flattenCfnReference(Stack.of(scope).resolve(resource));
      Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${text}]`, reason: why });
    }
  }
  return role;
}

function permissionsOf(stack: Stack, { stateMachineName, handlers, artifacts }: BackfillRoleProps): Permission[] {
  // By its name: a reference would make role and state machine wait for one another.
  const states = (resource: string, resourceName: string) =>
    stack.formatArn({ service: 'states', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  const ofWorkers = states('execution', `${stateMachineName}/${WORKERS_LABEL}:*`);
  return [
    {
      actions: ['lambda:InvokeFunction'],
      resources: handlers.map((handler) => handler.functionArn),
      why: 'Calls the stages.',
    },
    {
      actions: ['states:StartExecution'],
      resources: [states('stateMachine', stateMachineName)],
      why: 'A distributed map runs its workers as executions of the state machine.',
    },
    {
      actions: ['states:DescribeExecution', 'states:StopExecution'],
      resources: [states('execution', `${stateMachineName}:*`), ofWorkers],
      why: 'Follows those executions, and ends them when one fails. Executions have no fixed names.',
    },
    {
      actions: ['states:RedriveExecution'],
      resources: [ofWorkers],
      why: 'Runs those again that failed, when the whole execution is redriven.',
    },
    {
      actions: ['s3:GetObject'],
      resources: [artifacts.bucket.arnForObjects(`${artifacts.prefix}/*`)],
      why: 'Reads the lists of files, which are named by the run.',
    },
    {
      actions: ['s3:PutObject', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'],
      resources: [artifacts.bucket.arnForObjects(`${artifacts.prefix}/${MAP_RUNS}/*`)],
      why: 'Writes what became of each worker, below a prefix of its own.',
    },
    {
      // What Step Functions needs for any log group; these actions know no resources.
      actions: [
        'logs:CreateLogDelivery',
        'logs:GetLogDelivery',
        'logs:UpdateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:DescribeResourcePolicies',
        'logs:DescribeLogGroups',
      ],
      resources: ['*'],
      why: 'Delivery of logs by the service knows no resources.',
    },
  ];
}
