// The settings as the stack takes them.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readDatasetFile, type Dataset } from '../dataset/dataset_file.ts';
import { parseEnvFile } from './env_file.ts';
import { SettingsError, type Finding } from './findings.ts';
import { readSettings, type SettingsReport } from './read_settings.ts';
import type { Settings } from './settings_table.generated.ts';

export interface Configuration {
  readonly settings: Settings;
  readonly dataset: Dataset;
  readonly notes: readonly Finding[];
}

export interface ConfigurationSources {
  /** The root of the repository, where paths begin: that of .env, unless VDP_ENV_FILE names another file. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The text of .env; default: the file. */
  readonly envFile?: string;
}

/** Throws a SettingsError with all that is wrong. */
export function loadConfiguration(sources: ConfigurationSources): Configuration {
  const { report, dataset } = examine(sources);
  if (report.findings.length > 0 || !dataset) throw new SettingsError(report.findings);
  return { settings: typed(report), dataset, notes: report.notes };
}

/** The report, and the dataset where it could be read. */
export function examine(sources: ConfigurationSources): { report: SettingsReport; dataset: Dataset | undefined } {
  const envFile = sources.envFile ?? readEnvFile(sources);
  const variables = parseEnvFile(envFile).values;
  let dataset: Dataset | undefined;
  const readDataset = (file: string) => {
    const read = readDatasetFile(
      resolve(sources.root, file),
      (name) => sources.environment[name] ?? variables.get(name),
    );
    if (read instanceof Error) return read;
    dataset = read;
    return { facts: read.facts, variables: read.variables };
  };
  return { report: readSettings({ environment: sources.environment, envFile, readDataset }), dataset };
}

/** None is no error, unless it was asked for by name. */
function readEnvFile({ root, environment }: ConfigurationSources): string {
  const named = environment['VDP_ENV_FILE'];
  const path = resolve(root, named ?? '.env');
  if (existsSync(path)) return readFileSync(path, 'utf8');
  if (named === undefined) return '';
  throw new SettingsError([{ setting: 'VDP_ENV_FILE', message: `found '${named}', expected the path of a file` }]);
}

function typed(report: SettingsReport): Settings {
  const values = [...report.settings.values()].map(({ row, value }) => {
    if (value === undefined) return [row.name, undefined];
    if (row.kind === 'integer') return [row.name, Number(value)];
    return [row.name, row.kind === 'boolean' ? value === 'true' : value];
  });
  return Object.fromEntries(values) as unknown as Settings;
}
