import type { DocumentedRow, SettingsSchema } from './settings_schema.ts';

const SAMPLE_WIDTH = 110;

/** .env.sample */
export function envSample(schema: SettingsSchema): string {
  const head = `# Settings of one deployment: copy this file to .env, and change what is to differ.
# Made of settings.schema.json by \`npm run generate\` in infra/; a test compares the two.
# Variables of the environment go before what is here. \`vdp settings\` shows what is in force, and from where.`;
  return `${[head, ...schema.rows.map(sampleEntry)].join('\n\n')}\n`;
}

function sampleEntry(row: DocumentedRow): string {
  const comment = wrapped(`${row.description} Allowed: ${row.expected}.${defaultSentence(row)}`);
  const line =
    row.sample === undefined ? `# ${row.name}=${row.default ?? row.examples[0] ?? ''}` : `${row.name}=${row.sample}`;
  return `${comment}\n${line}`;
}

function defaultSentence(row: DocumentedRow): string {
  if (row.required) return ' Required.';
  if (row.default !== undefined) return ` Default: ${row.default}.`;
  const derived = derivedWords(row);
  return derived === undefined ? ' Not set by default.' : ` Default: ${derived}.`;
}

function derivedWords(row: DocumentedRow): string | undefined {
  const derived = row.derived;
  if (!derived) return undefined;
  if ('environment' in derived) return `${derived.environment} of the environment`;
  if ('fact' in derived) return `the dataset's ${derived.fact}`;
  if ('setting' in derived) return derived.setting;
  if ('inverseOf' in derived) return `the opposite of ${derived.inverseOf}`;
  const terms = derived.sum.map(([factor, setting]) => (factor === 1 ? setting : `${factor} times ${setting}`));
  return `${terms.join(' plus ')}, but at least ${derived.atLeast ?? 0}`;
}

function wrapped(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1]!;
    if (last.length + word.length + 1 > SAMPLE_WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line) => `# ${line}`).join('\n');
}

/** The table of docs/deploy.md. */
export function settingsMarkdown(schema: SettingsSchema): string {
  const lines = schema.rows.map(
    (row) => `| ${[nameCell(row), row.description, row.expected, defaultCell(row)].map(cell).join(' | ')} |`,
  );
  return ['| setting | for | allowed | default |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

function nameCell(row: DocumentedRow): string {
  return `\`${row.name}\`${row.origin === 'new' ? '' : ' °'}`;
}

function defaultCell(row: DocumentedRow): string {
  if (row.required) return 'required';
  return row.default === undefined ? (derivedWords(row) ?? 'not set') : `\`${row.default}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

const BEGIN = '<!-- settings: made of settings.schema.json, a test compares the two -->';
const END = '<!-- end of settings -->';

/** The document with the table between its marks replaced. */
export function withSettingsTable(document: string, schema: SettingsSchema): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`docs/deploy.md: the marks ${BEGIN} and ${END} are missing`);
  return `${document.slice(0, begin)}${BEGIN}\n\n${settingsMarkdown(schema)}\n\n${document.slice(end)}`;
}
