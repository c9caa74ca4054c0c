import { resolve } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { makeApp } from '../lib/pipeline_app.ts';
import { loadConfiguration } from '../lib/settings/load_settings.ts';

/** The template of the settings in force, without its assets. */
export function templateOfSettings(): Record<string, any> {
  const root = resolve(import.meta.dirname, '../..');
  const configuration = loadConfiguration({ root, environment: process.env });
  const context = { 'aws:cdk:disable-asset-staging': true, '@aws-cdk/core:enablePartitionLiterals': true };
  const { stack } = makeApp({ configuration, imageFolder: root, context, analyticsReporting: false });
  return Template.fromStack(stack).toJSON();
}
