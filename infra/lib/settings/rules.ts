// What several settings must agree on. The engine's counterpart is src/apps/settings/rules.cc.
import type { Condition, Rule, Sum } from './setting_row.ts';

/** What conditions are asked of: values of settings, and facts of the dataset under their names. */
export interface Values {
  valueOf(name: string): string | undefined;
  isGiven(name: string): boolean;
}

export function sumOf(sum: Sum, values: Values): number {
  const total = sum.sum.reduce((so_far, [factor, name]) => so_far + factor * Number(values.valueOf(name) ?? 0), 0);
  return Math.max(total, sum.atLeast ?? 0);
}

function lengthOf(list: string | undefined): number {
  return list === undefined ? 0 : list.split(',').length;
}

function holds(condition: Condition, values: Values): boolean {
  const value = values.valueOf(condition.of);
  switch (condition.is) {
    case 'given':
      return values.isGiven(condition.of);
    case 'absent':
      return value === undefined;
    case 'one_of':
      return value !== undefined && condition.texts.includes(value);
    case 'none_of':
      return value !== undefined && !condition.texts.includes(value);
    case 'other_than':
      return value !== values.valueOf(condition.other);
    case 'longer_or_shorter_than':
      return lengthOf(value) !== lengthOf(values.valueOf(condition.other));
    case 'above':
      return Number(value) > sumOf(condition, values);
    case 'below':
      return Number(value) < sumOf(condition, values);
  }
}

/** All names that a rule's conditions look at. */
export function namesOf(rule: Rule): string[] {
  return rule.where.flatMap((condition) => [
    condition.of,
    ...('other' in condition ? [condition.other] : []),
    ...('sum' in condition ? condition.sum.map(([, name]) => name) : []),
  ]);
}

export function applies(rule: Rule, values: Values): boolean {
  return rule.where.every((condition) => holds(condition, values));
}

/** The rule's text with values for its {NAME}s. */
export function textOf(rule: Rule, values: Values): string {
  return rule.text.replace(/\{([A-Za-z_.]+)\}/g, (_, name: string) => values.valueOf(name) ?? 'not set');
}
