// The text that all keys of a pattern begin and end with, as src/dataset/pattern.h tells it.

export interface PatternLiterals {
  readonly head: string;
  readonly tail: string;
}

/** Throws where a brace is not closed. */
export function literalsOf(pattern: string): PatternLiterals {
  const firstPiece = pattern.search(/[*{]/);
  if (firstPiece < 0) return { head: pattern, tail: pattern };
  let tailBegin = 0;
  for (let i = firstPiece; i < pattern.length; ++i) {
    if (pattern[i] === '{') {
      i = closingBrace(pattern, i + 1);
      tailBegin = i + 1;
    } else if (pattern[i] === '*') {
      tailBegin = i + 1;
    }
  }
  return { head: pattern.slice(0, firstPiece), tail: pattern.slice(tailBegin) };
}

/** The position of the brace that closes the one before `begin`; expressions have braces of their own. */
function closingBrace(pattern: string, begin: number): number {
  let depth = 1;
  for (let i = begin; i < pattern.length; ++i) {
    if (pattern[i] === '\\') ++i;
    else if (pattern[i] === '{') ++depth;
    else if (pattern[i] === '}' && --depth === 0) return i;
  }
  throw new Error(`source.pattern: '${pattern.slice(begin - 1)}' is not closed`);
}
