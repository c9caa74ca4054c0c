import { relative } from 'node:path';
import * as assets from 'aws-cdk-lib/aws-ecr-assets';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';

const PROGRAM = '/usr/bin/vdp';

/** The one image, of which functions and jobs are made. Its entry point is the program. */
export class PipelineImage extends Construct {
  private readonly options: assets.DockerImageAssetOptions;

  constructor(
    scope: Construct,
    id: string,
    private readonly deployment: Deployment,
  ) {
    super(scope, id);
    const { settings, dataset, imageFolder } = deployment;
    this.options = {
      buildArgs: { DATASET: relative(imageFolder, dataset.path), PROCESSOR: settings.PROCESSOR },
      platform: assets.Platform.LINUX_AMD64,
    };
  }

  /** A function of this role, which the program reads from the image's command. */
  functionCode(role: string): lambda.DockerImageCode {
    return lambda.DockerImageCode.fromImageAsset(this.deployment.imageFolder, {
      ...this.options,
      entrypoint: [PROGRAM, 'lambda'],
      cmd: [role],
    });
  }

  /** Of jobs, whose commands are the program's arguments: AWS Batch cannot replace an image's entry point. */
  containerImage(): ecs.ContainerImage {
    return ecs.ContainerImage.fromDockerImageAsset(
      new assets.DockerImageAsset(this, 'Asset', { directory: this.deployment.imageFolder, ...this.options }),
    );
  }
}
