// Prints what the roles of the stack may do, out of its template: {ROLE: {action: [resource]}}.
import { resolve } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { makeApp } from '../lib/pipeline_app.ts';
import { loadConfiguration } from '../lib/settings/load_settings.ts';
import { grantTable } from './grant_table.ts';

const root = resolve(import.meta.dirname, '../..');
const configuration = loadConfiguration({ root, environment: process.env });
const context = { 'aws:cdk:disable-asset-staging': true, '@aws-cdk/core:enablePartitionLiterals': true };
const { stack } = makeApp({ configuration, imageFolder: root, context, analyticsReporting: false });
console.log(JSON.stringify(grantTable(Template.fromStack(stack).toJSON()), null, 2));
