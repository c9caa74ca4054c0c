// What the generated table of settings is made of. The engine's counterpart is src/apps/settings/settings_table.h.

export type SettingKind = 'text' | 'integer' | 'boolean';

/** A whole number: the larger of `atLeast` and the sum of settings, each times a factor. */
export interface Sum {
  readonly atLeast?: number;
  readonly sum: readonly (readonly [factor: number, setting: string])[];
}

/** Where a value comes from if it is not given. */
export type DerivedDefault =
  | { readonly environment: string }
  | { readonly fact: string }
  | { readonly setting: string }
  | { readonly inverseOf: string }
  | Sum;

export interface SettingRow {
  readonly name: string;
  readonly kind: SettingKind;
  readonly required: boolean;
  /** Its value is never shown. */
  readonly secret: boolean;
  readonly default?: string;
  readonly derived?: DerivedDefault;
  /** Of an integer. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** Of a text: bytes. */
  readonly maximumLength?: number;
  /** Of a text, as a regular expression that RE2 and ECMAScript read alike. */
  readonly pattern?: string;
  readonly choices: readonly string[];
  /** What is allowed, in words that follow "expected". */
  readonly expected: string;
  readonly description: string;
}

/** What a condition says of a value. */
export type Comparison =
  | { readonly is: 'given' | 'absent' }
  | { readonly is: 'one_of' | 'none_of'; readonly texts: readonly string[] }
  | { readonly is: 'other_than' | 'longer_or_shorter_than'; readonly other: string }
  | ({ readonly is: 'above' | 'below' } & Sum);

/** `of` is a setting, or a fact of the dataset. */
export type Condition = { readonly of: string } & Comparison;

/** What several settings must agree on: where all conditions hold, the setting is refused, or is noted. */
export interface Rule {
  readonly setting: string;
  readonly refuses: boolean;
  readonly where: readonly Condition[];
  /** With {NAME} for the value of a setting or a fact. */
  readonly text: string;
}
