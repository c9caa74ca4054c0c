import { App, Annotations, Validations, type AppProps } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { PipelineStack } from './pipeline_stack.ts';
import { describe } from './settings/findings.ts';
import type { Configuration } from './settings/load_settings.ts';

export interface PipelineAppProps extends AppProps {
  readonly configuration: Configuration;
  /** The folder that the image is built from. */
  readonly imageFolder: string;
}

/** The app of one deployment, with the checks of cdk-nag. */
export function makeApp({ configuration, imageFolder, ...props }: PipelineAppProps): {
  app: App;
  stack: PipelineStack;
} {
  const { settings, dataset, notes } = configuration;
  const app = new App(props);
  const stack = new PipelineStack(
    app,
    settings.STACK_NAME,
    { settings, dataset, imageFolder },
    {
      description: `Pipeline of the dataset ${dataset.name}`,
      env: { account: settings.ACCOUNT_ID, region: settings.ACCOUNT_REGION },
    },
  );
  for (const note of notes) Annotations.of(stack).addInfo(describe(note));
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stack };
}
