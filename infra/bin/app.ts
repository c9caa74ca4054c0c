import { resolve } from 'node:path';
import { makeApp } from '../lib/pipeline_app.ts';
import { SettingsError } from '../lib/settings/findings.ts';
import { loadConfiguration } from '../lib/settings/load_settings.ts';

const root = resolve(import.meta.dirname, '../..');
const BAD_CONFIGURATION = 2;

try {
  const configuration = loadConfiguration({ root, environment: process.env });
  makeApp({ configuration, imageFolder: root }).app.synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = BAD_CONFIGURATION;
}
