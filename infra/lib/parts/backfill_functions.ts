import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { ArtifactsPlace } from './backfill_artifacts.ts';
import { BACKFILL_STAGES, BACKFILL_TIMEOUT, type BackfillStage } from './backfill_stages.ts';
import type { Deployment } from './deployment.ts';
import type { GrantedResources } from './granted_resources.ts';
import type { PipelineImage } from './image.ts';
import { PipelineFunction } from './pipeline_function.ts';

export interface BackfillFunctionsProps {
  readonly deployment: Deployment;
  readonly image: PipelineImage;
  readonly granted: GrantedResources;
  readonly environment: Readonly<Record<string, string>>;
  readonly artifacts: ArtifactsPlace;
}

/** A function a stage, each with a role of its own. */
export class BackfillFunctions extends Construct {
  readonly handlers: Readonly<Record<BackfillStage, lambda.Function>>;

  constructor(scope: Construct, id: string, { artifacts, environment, ...props }: BackfillFunctionsProps) {
    super(scope, id);
    const variables = { ...environment, VDP_BACKFILL_ARTIFACTS: `${artifacts.url}/` };
    const made = BACKFILL_STAGES.map((role) => {
      const { handler } = new PipelineFunction(this, pascalCase(role.replace('backfill_', '')), {
        ...props,
        role,
        environment: variables,
        timeout: BACKFILL_TIMEOUT,
      });
      return [role, handler] as const;
    });
    this.handlers = Object.fromEntries(made) as Record<BackfillStage, lambda.Function>;
  }
}

function pascalCase(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
