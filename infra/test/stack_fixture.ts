// Stacks of settings, as templates. No image is built, and no asset copied.
import { resolve } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { makeApp } from '../lib/pipeline_app.ts';
import type { PipelineStack } from '../lib/pipeline_stack.ts';
import { loadConfiguration } from '../lib/settings/load_settings.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
const IMAGE_FOLDER = resolve(import.meta.dirname, 'image');

export type Environment = Record<string, string>;

export const DAILY: Environment = { STAGE: 'dev', DATASET: 'infra/test/datasets/daily/dataset.toml' };
export const MONTHLY: Environment = { STAGE: 'dev', DATASET: 'infra/test/datasets/monthly/dataset.toml' };
export const WEB: Environment = { STAGE: 'dev', DATASET: 'infra/test/datasets/web/dataset.toml' };
export const PROTECTED: Environment = {
  STAGE: 'dev',
  DATASET: 'infra/test/datasets/protected/dataset.toml',
  COLLECTION: 'v2',
  EARTHDATA_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:earthdata-AbCdEf',
};
/** All jobs, alarms and sources of messages, and the backfill. */
export const EVERYTHING: Environment = {
  ...DAILY,
  SNS_TOPIC: 'arn:aws:sns:us-west-2:123456789012:new-files',
  DATA_BUCKET_NOTIFIES: 'true',
  GARBAGE_COLLECTION_FREQUENCY: '2',
  VERIFY_FREQUENCY: '7',
  GAPS_FREQUENCY: '1',
  BACKFILL_ENABLED: 'true',
  FORWARD_QUEUE_ENABLED: 'true',
  ALARM_EMAIL: 'data-team@example.org',
  STALE_AFTER_HOURS: '24',
};

export function makeStack(environment: Environment): { stack: PipelineStack; template: Template } {
  const configuration = loadConfiguration({ root: ROOT, environment, envFile: '' });
  const { stack } = makeApp({
    configuration,
    imageFolder: IMAGE_FOLDER,
    analyticsReporting: false,
    context: { 'aws:cdk:disable-asset-staging': true, '@aws-cdk/core:enablePartitionLiterals': true },
  });
  return { stack, template: Template.fromStack(stack) };
}

export function templateOf(environment: Environment): Template {
  return makeStack(environment).template;
}

/** The properties of the one resource of a type, or of the one whose logical id has `part`. */
export function propertiesOf(template: Template, type: string, part = ''): Record<string, any> {
  const found = Object.entries(template.findResources(type)).filter(([id]) => id.includes(part));
  if (found.length !== 1)
    throw new Error(`${found.length} of ${type} with '${part}': ${found.map(([id]) => id).join(', ')}`);
  return found[0]![1]['Properties'];
}
