// Settings out of the environment and .env. The engine has the same rules: src/apps/settings/read_settings.cc.
import { found, normalise } from './check_value.ts';
import { parseEnvFile } from './env_file.ts';
import type { Finding } from './findings.ts';
import { nearestWord } from './nearest_word.ts';
import { applies, namesOf, sumOf, textOf, type Values } from './rules.ts';
import type { DerivedDefault, Rule, SettingRow } from './setting_row.ts';
import { FOREIGN_PREFIXES, RULES, SETTINGS_TABLE } from './settings_table.generated.ts';

export type Origin = 'environment' | '.env' | 'dataset' | 'default' | 'not set';

export interface Setting {
  readonly row: SettingRow;
  /** Normalised; nothing where it is not set, or not allowed. */
  readonly value: string | undefined;
  readonly origin: Origin;
}

/** What a dataset file tells: its facts (named as in x-dataset-facts), and the variables that it names as $NAME. */
export interface DatasetFacts {
  readonly facts: ReadonlyMap<string, string>;
  readonly variables: readonly string[];
}

export interface SettingsSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The text of .env; empty where there is none. */
  readonly envFile: string;
  /** Reads the dataset file at this path; an Error says what is wrong with it. */
  readonly readDataset: (path: string) => DatasetFacts | Error;
}

export interface SettingsReport {
  readonly settings: ReadonlyMap<string, Setting>;
  /** Why they cannot be used: none where they can. */
  readonly findings: readonly Finding[];
  /** What is worth knowing. */
  readonly notes: readonly Finding[];
}

export function readSettings(sources: SettingsSources): SettingsReport {
  return new Reader(sources).read();
}

class Reader implements Values {
  private readonly settings = new Map<string, Setting>();
  private readonly findings: Finding[] = [];
  private readonly notes: Finding[] = [];
  private readonly refused = new Set<string>();
  private readonly envFile: ReadonlyMap<string, string>;
  private dataset: DatasetFacts | undefined;

  constructor(private readonly sources: SettingsSources) {
    const file = parseEnvFile(sources.envFile);
    this.envFile = file.values;
    this.findings.push(...file.findings);
  }

  read(): SettingsReport {
    for (const row of SETTINGS_TABLE) this.readOne(row);
    this.loadDataset();
    for (const row of SETTINGS_TABLE) this.derive(row);
    for (const rule of RULES) this.apply(rule);
    this.reportUnknownNames();
    return { settings: this.settings, findings: this.findings, notes: this.notes };
  }

  valueOf(name: string): string | undefined {
    return this.settings.get(name)?.value ?? this.dataset?.facts.get(name);
  }

  isGiven(name: string): boolean {
    const origin = this.settings.get(name)?.origin;
    return origin === 'environment' || origin === '.env';
  }

  private refuse(row: SettingRow, value: string | undefined, expected: string): void {
    this.refused.add(row.name);
    this.findings.push({ setting: row.name, message: `${found(row, value)}, expected ${expected}` });
  }

  private readOne(row: SettingRow): void {
    const [text, origin] = this.lookUp(row.name);
    if (text === undefined) {
      this.settings.set(row.name, {
        row,
        value: row.default,
        origin: row.default === undefined ? 'not set' : 'default',
      });
      if (row.required) this.refuse(row, undefined, row.expected);
      return;
    }
    const value = normalise(row, text);
    this.settings.set(row.name, { row, value, origin });
    if (value === undefined) this.refuse(row, text, row.expected);
  }

  private lookUp(name: string): [string | undefined, Origin] {
    const fromEnvironment = this.sources.environment[name]?.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
    if (fromEnvironment) return [fromEnvironment, 'environment'];
    const fromFile = this.envFile.get(name);
    return fromFile ? [fromFile, '.env'] : [undefined, 'not set'];
  }

  private loadDataset(): void {
    const path = this.valueOf('DATASET');
    if (path === undefined) return;
    const dataset = this.sources.readDataset(path);
    if (dataset instanceof Error) {
      this.refuse(this.settings.get('DATASET')!.row, path, `a dataset file that can be used: ${dataset.message}`);
    } else {
      this.dataset = dataset;
    }
  }

  private derive(row: SettingRow): void {
    if (!row.derived || this.settings.get(row.name)?.origin !== 'not set') return;
    const text = this.derivedText(row.derived);
    if (text === undefined) return;
    const value = normalise(row, text);
    if (value === undefined) {
      this.refuse(row, undefined, `${row.expected}, as the default '${text}' cannot stand for it`);
    } else {
      this.settings.set(row.name, { row, value, origin: 'fact' in row.derived ? 'dataset' : 'default' });
    }
  }

  private derivedText(derived: DerivedDefault): string | undefined {
    if ('environment' in derived) return this.lookUp(derived.environment)[0];
    if ('fact' in derived) return this.dataset?.facts.get(derived.fact) || undefined;
    if ('setting' in derived) return this.valueOf(derived.setting);
    if ('inverseOf' in derived) return this.inverse(derived.inverseOf);
    const known = derived.sum.every(([, name]) => this.valueOf(name) !== undefined);
    return known ? String(sumOf(derived, this)) : undefined;
  }

  private inverse(name: string): string | undefined {
    const value = this.valueOf(name);
    return value === undefined ? undefined : String(value !== 'true');
  }

  private apply(rule: Rule): void {
    // What is wrong with one setting says nothing about others.
    const names = namesOf(rule);
    const unknown = names.some((name) => this.refused.has(name) || (name.includes('.') && !this.dataset));
    if (unknown || !applies(rule, this)) return;
    const setting = this.settings.get(rule.setting)!;
    if (rule.refuses) {
      const value = setting.value;
      if (!this.refused.has(rule.setting)) this.refuse(setting.row, value, textOf(rule, this));
    } else {
      this.notes.push({ setting: rule.setting, message: textOf(rule, this) });
    }
  }

  private reportUnknownNames(): void {
    const known = SETTINGS_TABLE.map((row) => row.name);
    for (const name of this.envFile.keys()) {
      const isForeign = FOREIGN_PREFIXES.some((prefix) => name.startsWith(prefix));
      if (isForeign || known.includes(name) || this.dataset?.variables.includes(name)) continue;
      const nearest = nearestWord(name, known);
      const suggestion = nearest === undefined ? '' : `; did you mean ${nearest}?`;
      this.findings.push({ setting: name, message: `unknown setting${suggestion}` });
    }
  }
}
