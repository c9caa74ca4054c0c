/** What is wrong with a setting, or worth knowing; `setting` is a name, or '.env' for a line that is none. */
export interface Finding {
  readonly setting: string;
  readonly message: string;
}

export function describe(finding: Finding): string {
  return `${finding.setting}: ${finding.message}`;
}

/** All findings in one error, a line each. */
export class SettingsError extends Error {
  constructor(readonly findings: readonly Finding[]) {
    super(['the settings cannot be used:', ...findings.map((finding) => `  ${describe(finding)}`)].join('\n'));
    this.name = 'SettingsError';
  }
}
