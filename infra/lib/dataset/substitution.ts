// $NAME and {parameter} in the texts of a dataset file, as src/dataset/substitution.cc puts them in.

export type Lookup = (name: string) => string | undefined;
export type Params = ReadonlyMap<string, string>;

const REFERENCE = /\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Throws where a variable is not set. A {name} that is no parameter stays: in a pattern it may be a field. */
export function substitute(text: string, lookup: Lookup, params: Params): string {
  return text.replace(REFERENCE, (whole, braced?: string, plain?: string, parameter?: string) => {
    if (whole === '$$') return '$';
    if (parameter !== undefined) return params.get(parameter) ?? whole;
    const name = (braced ?? plain)!;
    const value = lookup(name);
    if (value === undefined) throw new Error(`$${name} is set neither in the environment nor in .env`);
    return value;
  });
}

/** The variables that a text names. */
export function variablesIn(text: string): string[] {
  const names = [...text.matchAll(REFERENCE)].map(([, braced, plain]) => braced ?? plain);
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** The values of [params]: defaults, and what their choices derive. */
export function readParams(section: unknown, lookup: Lookup): Params {
  const params = new Map<string, string>();
  for (const [name, entry] of Object.entries((section ?? {}) as Record<string, unknown>)) {
    const table = typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>) : { default: entry };
    const value = scalarText(table['default']);
    if (value === undefined) throw new Error(`params.${name}: no default, and a deployment gives no -D`);
    params.set(name, substitute(value, lookup, params));
    const choices = table['choices'];
    if (typeof choices !== 'object' || choices === null || Array.isArray(choices)) continue;
    const derived = (choices as Record<string, unknown>)[value];
    for (const [other, text] of Object.entries((derived ?? {}) as Record<string, unknown>)) {
      params.set(other, substitute(scalarText(text) ?? '', lookup, params));
    }
  }
  return params;
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}
