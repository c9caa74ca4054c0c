// What the stack needs to know of a dataset file. All else is the engine's: `vdp check` says whether the file is right.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { parse } from 'smol-toml';
import { parseEnvFile } from '../settings/env_file.ts';
import { eventFilter, type FilterPolicy } from './event_filter.ts';
import { readLocation, type Location } from './location.ts';
import { readParams, substitute, variablesIn, type Lookup } from './substitution.ts';

export interface Dataset {
  /** Absolute. */
  readonly path: string;
  readonly name: string;
  readonly source: Location;
  readonly access: string;
  /** Whether the axis takes granules in the order of their values alone. */
  readonly grows: boolean;
  /** Which notifications may be about its files; nothing where these are not on S3. */
  readonly eventFilter: FilterPolicy | undefined;
  /** The variables that the file names as $NAME, and their values: functions and jobs need them too. */
  readonly variables: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly facts: ReadonlyMap<string, string>;
}

type Section = Record<string, unknown>;

/** Or why it cannot be read. */
export function readDatasetFile(path: string, lookup: Lookup): Dataset | Error {
  try {
    return read(path, withEnvFileBeside(path, lookup));
  } catch (error) {
    return new Error(error instanceof Error ? error.message.split('\n', 1)[0] : String(error));
  }
}

function withEnvFileBeside(path: string, lookup: Lookup): Lookup {
  const beside = resolve(dirname(path), '.env');
  const values = existsSync(beside) ? parseEnvFile(readFileSync(beside, 'utf8')).values : new Map<string, string>();
  return (name) => lookup(name) ?? values.get(name);
}

function read(path: string, lookup: Lookup): Dataset {
  const text = readFileSync(path, 'utf8');
  const document = parse(text) as Section;
  const params = readParams(document['params'], lookup);
  const texts = (section: string, key: string) => {
    const value = (document[section] as Section | undefined)?.[key];
    return typeof value === 'string' ? substitute(value, lookup, params) : undefined;
  };
  const prefix = texts('source', 'prefix');
  if (!prefix) throw new Error('source.prefix is missing');
  const name = texts('dataset', 'name') ?? basename(dirname(path));
  const source = readLocation(prefix, dirname(path));
  const access = texts('source', 'access') ?? (source.scheme === 's3' ? 'iam' : 'anonymous');
  const kind = axisKind(document['axis']);
  const onS3 = { bucket: source.bucket, keyPrefix: source.keyPrefix, pattern: texts('source', 'pattern') ?? '*' };
  const variables = variablesIn(text);
  return {
    path,
    name,
    source,
    access,
    grows: kind === 'grow',
    eventFilter: source.scheme === 's3' ? eventFilter(onS3) : undefined,
    variables,
    environment: Object.fromEntries(variables.flatMap((variable) => entry(variable, lookup))),
    facts: new Map([
      ['dataset.name', name],
      ['source.prefix', source.url],
      ['source.scheme', source.scheme],
      ['source.bucket', source.bucket],
      ['source.access', access],
      ['axis.kind', kind],
    ]),
  };
}

function entry(variable: string, lookup: Lookup): [string, string][] {
  const value = lookup(variable);
  return value === undefined ? [] : [[variable, value]];
}

function axisKind(axes: unknown): string {
  const axis = Object.values((axes ?? {}) as Section)[0] as Section | undefined;
  const kind = axis?.['kind'];
  return typeof kind === 'string' ? kind : 'grow';
}
