import type { Condition, DerivedDefault, Rule, Sum } from '../lib/settings/setting_row.ts';
import type { DocumentedRow, SettingsSchema } from './settings_schema.ts';

/** src/apps/settings/settings_table.cc */
export function cppTable(schema: SettingsSchema): string {
  return `// Made of settings.schema.json by \`npm run generate\` in infra/; a test compares the two.
#include "apps/settings/settings_table.h"

#include <array>

namespace vdp::settings {
namespace {

// clang-format off
const std::array<SettingRow, ${schema.rows.length}> rows = {{
${schema.rows.map(row).join('\n')}
}};

const std::array<Rule, ${schema.rules.length}> all_rules = {{
${schema.rules.map(rule).join('\n')}
}};

constexpr std::array<std::string_view, ${schema.foreignPrefixes.length}> foreign_names = {${list(schema.foreignPrefixes)}};
// clang-format on

}  // namespace

std::span<const SettingRow> settings_table() { return rows; }
std::span<const Rule> rules() { return all_rules; }
std::span<const std::string_view> foreign_prefixes() { return foreign_names; }

}  // namespace vdp::settings
`;
}

function text(value: string): string {
  return JSON.stringify(value);
}

function list(values: readonly string[]): string {
  return values.map(text).join(', ');
}

function row(setting: DocumentedRow): string {
  const members = [
    `.name = ${text(setting.name)}`,
    `.kind = SettingKind::${setting.kind}`,
    ...(setting.required ? ['.required = true'] : []),
    ...(setting.secret ? ['.secret = true'] : []),
    ...(setting.default === undefined ? [] : [`.default_value = ${text(setting.default)}`]),
    ...(setting.derived ? [`.derived = ${derived(setting.derived)}`] : []),
    ...(setting.minimum === undefined ? [] : [`.minimum = ${setting.minimum}`]),
    ...(setting.maximum === undefined ? [] : [`.maximum = ${setting.maximum}`]),
    ...(setting.maximumLength === undefined ? [] : [`.maximum_bytes = ${setting.maximumLength}`]),
    ...(setting.pattern === undefined ? [] : [`.pattern = ${text(setting.pattern)}`]),
    ...(setting.choices.length === 0 ? [] : [`.choices = {${list(setting.choices)}}`]),
    `.expected = ${text(setting.expected)}`,
    `.description = ${text(setting.description)}`,
  ];
  return `    {${members.join(',\n     ')}},`;
}

function derived(from: DerivedDefault): string {
  if ('environment' in from)
    return `DerivedDefault{.from = DerivedFrom::environment, .name = ${text(from.environment)}}`;
  if ('fact' in from) return `DerivedDefault{.from = DerivedFrom::fact, .name = ${text(from.fact)}}`;
  if ('setting' in from) return `DerivedDefault{.from = DerivedFrom::setting, .name = ${text(from.setting)}}`;
  if ('inverseOf' in from) return `DerivedDefault{.from = DerivedFrom::inverse, .name = ${text(from.inverseOf)}}`;
  return `DerivedDefault{.from = DerivedFrom::sum, .name = "", .sum = ${sum(from)}}`;
}

function sum(of: Sum): string {
  const terms = of.sum.map(([factor, setting]) => `{${factor}, ${text(setting)}}`);
  return `{.at_least = ${of.atLeast ?? 0}, .terms = {${terms.join(', ')}}}`;
}

function condition(of: Condition): string {
  const members = [`.of = ${text(of.of)}`, `.is = Comparison::${of.is}`];
  if ('texts' in of) members.push(`.texts = {${list(of.texts)}}`);
  if ('other' in of) members.push(`.value_of = ${text(of.other)}`);
  if ('sum' in of) members.push(`.sum = ${sum(of)}`);
  return `{${members.join(', ')}}`;
}

function rule(of: Rule): string {
  const conditions = of.where.map((one) => `       ${condition(one)}`);
  return `    {.setting = ${text(of.setting)},
     .refuses = ${of.refuses},
     .where = {
${conditions.join(',\n')}},
     .text = ${text(of.text)}},`;
}
