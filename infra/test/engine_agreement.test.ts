// The stack and the engine (`vdp settings`) take the same files, with the same values, findings and notes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Finding } from '../lib/settings/findings.ts';
import { examine } from '../lib/settings/load_settings.ts';
import type { SettingsReport } from '../lib/settings/read_settings.ts';
import { generateEnvFile } from './env_file_generator.ts';
import { Random } from './random.ts';
import { ROOT } from './stack_fixture.ts';

const ENGINE = process.env['VDP'] ?? resolve(ROOT, 'build/release/vdp');
const FILES = 300;
const FOLDER = mkdtempSync(resolve(tmpdir(), 'vdp-settings-'));
const FILE = resolve(FOLDER, '.env');

interface Answer {
  readonly settings: Record<string, { value: unknown; origin: string }>;
  readonly findings: Finding[];
  readonly notes: Finding[];
}

function askEngine(text: string, environment: Record<string, string>): { answer: Answer; status: number | null } {
  writeFileSync(FILE, text);
  const done = spawnSync(ENGINE, ['settings', '--json', '--env', FILE], { env: environment, encoding: 'utf8' });
  return { answer: JSON.parse(done.stdout) as Answer, status: done.status };
}

function asAnswer(report: SettingsReport): Answer {
  const settings = [...report.settings.values()].map(({ row, value, origin }) => [
    row.name,
    { value: typed(row.kind, row.secret, value), origin },
  ]);
  return { settings: Object.fromEntries(settings), findings: [...report.findings], notes: [...report.notes] };
}

function typed(kind: string, secret: boolean, value: string | undefined): unknown {
  if (value === undefined) return null;
  if (secret) return '(not shown)';
  if (kind === 'boolean') return value === 'true';
  return kind === 'integer' ? Number(value) : value;
}

/** Why a dataset file cannot be read is said by whoever reads it, in words of its own. */
function comparable(answer: Answer): Answer {
  const findings = answer.findings.map(({ setting, message }) => ({
    setting,
    message: message.replace(/(that can be used): .*/s, '$1'),
  }));
  return { ...answer, findings };
}

describe.skipIf(!existsSync(ENGINE))('the engine and the stack', () => {
  afterAll(() => rmSync(FOLDER, { recursive: true }));

  it(`agree about ${FILES} files`, { timeout: 300_000 }, () => {
    const random = new Random(6);
    const told = new Set<string>();
    let accepted = 0;
    for (let file = 0; file < FILES; ++file) {
      const text = generateEnvFile(random);
      const environment: Record<string, string> = random.once(3)
        ? {
            SQS_BATCH_SIZE: random.pick(['', ' 7 ', '11', 'x']),
            CDK_DEFAULT_ACCOUNT: random.pick(['123456789012', '12']),
          }
        : {};
      const { answer, status } = askEngine(text, environment);
      const { report } = examine({ root: ROOT, environment, envFile: text });
      expect(comparable(answer), text).toEqual(comparable(asAnswer(report)));
      expect(status, text).toBe(report.findings.length === 0 ? 0 : 2);
      if (report.findings.length === 0) ++accepted;
      for (const { setting } of report.findings) told.add(setting);
    }
    // The files are no test where they are all alike.
    expect(accepted).toBeGreaterThan(FILES / 20);
    expect(accepted).toBeLessThan(FILES / 2);
    expect(told.size).toBeGreaterThan(30);
  });
});
